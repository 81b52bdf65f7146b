#include "federation/policy.h"

#include <doctest/doctest.h>

namespace hanse::federation {
namespace {

constexpr char kText[] = R"(
[[peers]]
name = "lisbon"
[peers.accepts]
tenants = ["default"]
flavours = ["tiny", "small"]
max_vcpu = 4
max_memory_mib = 1024
price_factor = 1.5
[peers.gives]
tenants = ["*"]
needs_labels = ["iso27001"]
)";

PlacementAsked asked() {
  return {.tenant = "default", .flavour = "tiny", .vcpu = {1}, .memory = {256}};
}

TEST_CASE("what is not written is denied") {
  const Policy none = Policy::parse("", "policy.toml").value();
  CHECK(none.check_accepts("lisbon", asked()).error().code == Code::permission_denied);
  CHECK(none.check_gives("lisbon", "default", {}).error().code == Code::permission_denied);
  const Policy policy = Policy::parse(kText, "policy.toml").value();
  CHECK(policy.check_accepts("lisbon", asked()));
  CHECK(policy.check_accepts("warsaw", asked()).error().code == Code::permission_denied);
  PlacementAsked other = asked();
  other.tenant = "acme";
  CHECK(policy.check_accepts("lisbon", other).error().message ==
        "the policy here lets zone 'lisbon' place nothing of tenant 'acme'");
  other = asked();
  other.flavour = "huge";
  CHECK(policy.check_accepts("lisbon", other).error().message ==
        "the policy here lets zone 'lisbon' place nothing of flavour 'huge'");
}

TEST_CASE("totals count what the peer has here") {
  const Policy policy = Policy::parse(kText, "policy.toml").value();
  PlacementAsked full = asked();
  full.vcpu_here = {3};
  CHECK(policy.check_accepts("lisbon", full));
  full.vcpu_here = {4};
  CHECK(policy.check_accepts("lisbon", full).error().code == Code::resource_exhausted);
  full.vcpu_here = {0};
  full.memory_here = {800};
  CHECK(policy.check_accepts("lisbon", full).error().message ==
        "zone 'lisbon' has 800 of 1024 MiB here that the policy allows, and asks for 256");
}

TEST_CASE("workloads go to peers that carry the labels") {
  const Policy policy = Policy::parse(kText, "policy.toml").value();
  CHECK(policy.check_gives("lisbon", "acme", {"iso27001", "secnumcloud"}));
  CHECK(policy.check_gives("lisbon", "acme", {"secnumcloud"}).error().message ==
        "zone 'lisbon' does not carry the label 'iso27001' that the policy here asks for");
}

TEST_CASE("an entry for all counts for those without one of their own") {
  const Policy policy =
      Policy::parse(std::string(kText) + "[[peers]]\nname = \"*\"\n[peers.gives]\ntenants = [\"*\"]\n", "p")
          .value();
  CHECK(policy.check_gives("warsaw", "acme", {}));
  CHECK_FALSE(policy.check_gives("lisbon", "acme", {}));
  CHECK(policy.of("lisbon").accepts.price_factor == 1.5);
}

TEST_CASE("a file with a fault is refused with its line") {
  const auto message = [](const std::string& text) { return Policy::parse(text, "p.toml").error().message; };
  CHECK(message("[[peers]]\nname = \"a\"\nfoo = 1\n").find("p.toml:3") != std::string::npos);
  CHECK(message("[[peers]]\nname = \"a\"\n[[peers]]\nname = \"a\"\n").find("has an entry already") !=
        std::string::npos);
  CHECK(message("[[peers]]\nname = \"a\"\n[peers.accepts]\nmax_vcpu = -1\n").find("write a number from 0") !=
        std::string::npos);
  CHECK(message("[[peers]]\nname = \"A b\"\n").find("name") != std::string::npos);
}

}  // namespace
}  // namespace hanse::federation
