// What the policy says of a move: what a target takes, and what a source gives. No peer brings by a move what
// the policy does not let it place.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "zone/transfers/incoming_for_test.h"

namespace hanse::zone {
namespace {

using test_support::GrantedFixture;
using test_support::IncomingFixture;

// What a zone may place here: what IncomingFixture asks for, and nothing beyond it.
struct Allowed {
  std::string peer = "warsaw";
  std::string tenant = "default";
  std::string flavour = "tiny";
  int vcpu = 1;
  int memory_mib = 192;

  std::string text() const {
    return fmt::format(
        "[[peers]]\nname = \"{}\"\n[peers.accepts]\ntenants = [\"{}\"]\nflavours = [\"{}\"]\nmax_vcpu = {}\n"
        "max_memory_mib = {}\n",
        peer, tenant, flavour, vcpu, memory_mib);
  }
};

struct PolicyFixture : IncomingFixture {
  // With each clause of it but one the request would be taken.
  void check_refused_by(const std::string& policy, Code code, const std::string& words) {
    REQUIRE(wait(zone->membership().set_policy(policy)));
    check_refusal(code, words, [](IncomingRequest&) {});
  }
  Result<migration::IncomingView> ask(const std::string& name, const std::string& peer = "warsaw") {
    IncomingRequest asked = request();
    asked.transfer = "t-" + name;
    asked.instance.metadata.name = name;
    asked.instance.metadata.uid = "i-" + name;
    asked.instance.status.block_storages = {name + "-boot"};
    asked.block_storages[0].metadata.name = name + "-boot";
    asked.block_storages[0].metadata.uid = "b-" + name;
    return wait(zone->transfers().prepare_incoming(peer, asked));
  }
};

TEST_CASE_FIXTURE(PolicyFixture, "a move that breaks one clause of the policy is refused") {
  check_refused_by("", Code::permission_denied, "lets zone 'warsaw' place nothing of tenant 'default'");
  check_refused_by(Allowed{.tenant = "acme"}.text(), Code::permission_denied,
                   "lets zone 'warsaw' place nothing of tenant 'default'");
  check_refused_by(Allowed{.flavour = "small"}.text(), Code::permission_denied,
                   "lets zone 'warsaw' place nothing of flavour 'tiny'");
  check_refused_by(Allowed{.vcpu = 0}.text(), Code::resource_exhausted,
                   "zone 'warsaw' has 0 of 0 vCPU here that the policy allows, and asks for 1");
  check_refused_by(Allowed{.memory_mib = 191}.text(), Code::resource_exhausted,
                   "zone 'warsaw' has 0 of 191 MiB here that the policy allows, and asks for 192");
  check_refused_by(Allowed{.peer = "lyon"}.text(), Code::permission_denied,
                   "lets zone 'warsaw' place nothing");
  // Its own entry counts, and not what everyone may.
  check_refused_by(Allowed{.peer = "*"}.text() + Allowed{.tenant = "acme"}.text(), Code::permission_denied,
                   "lets zone 'warsaw' place nothing of tenant 'default'");
  REQUIRE(wait(zone->membership().set_policy(Allowed{}.text())));
  CHECK(ask("web"));
}

TEST_CASE_FIXTURE(PolicyFixture, "what a source has moved here counts when it moves more") {
  const auto check_second = [this](const std::string& words) {
    const auto second = ask("db");
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == Code::resource_exhausted);
    CHECK_MESSAGE(second.error().message.find(words) != std::string::npos, second.error().message);
    CHECK(zone->tables().transfers.all()->size() == 1);
    CHECK(zone->tables().instances.all()->size() == 1);
  };
  REQUIRE(wait(zone->membership().set_policy(Allowed{.vcpu = 1, .memory_mib = 1024}.text())));
  REQUIRE(ask("web"));
  check_second("zone 'warsaw' has 1 of 1 vCPU here that the policy allows, and asks for 1");
  REQUIRE(wait(zone->membership().set_policy(Allowed{.vcpu = 4, .memory_mib = 383}.text())));
  check_second("zone 'warsaw' has 192 of 383 MiB here that the policy allows, and asks for 192");
  // Each zone has its own totals.
  const Allowed lyon{.peer = "lyon"};
  REQUIRE(wait(zone->membership().set_policy(Allowed{}.text() + lyon.text())));
  CHECK(ask("db", "lyon"));
}

TEST_CASE_FIXTURE(GrantedFixture,
                  "a move to a zone to which the policy gives nothing of the tenant is refused") {
  add_image();
  REQUIRE(wait(zone->frontends().instances.put(instance("db"), std::nullopt)));
  pass(Seconds{3});
  REQUIRE(get("db").status.power_state == model::PowerState::running);
  const auto move = [this](const std::string& gives) {
    REQUIRE(wait(
        zone->membership().set_policy("[[peers]]\nname = \"warsaw\"\n[peers.gives]\ntenants = " + gives)));
    return wait(zone->transfers().create({.tenant = "default", .workspace = "default"},
                                         {.instance = "db", .target_zone = "warsaw"}));
  };
  const auto check_refusal = [&](const std::string& gives, const std::string& words) {
    const auto moved = move(gives);
    REQUIRE_FALSE(moved.has_value());
    CHECK(moved.error().code == Code::permission_denied);
    CHECK_MESSAGE(moved.error().message.find(words) != std::string::npos, moved.error().message);
    CHECK(get("db").status.transfer.empty());
  };
  check_refusal("[]", "gives zone 'warsaw' nothing of tenant 'default'");
  check_refusal("[\"acme\"]", "gives zone 'warsaw' nothing of tenant 'default'");
  check_refusal("[\"*\"]\nneeds_labels = [\"iso27001\"]", "does not carry the label 'iso27001'");
  CHECK(move("[\"default\"]"));
}

}  // namespace
}  // namespace hanse::zone
