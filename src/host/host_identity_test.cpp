#include "host/host_identity.h"

#include <doctest/doctest.h>

#include "host/agent_lock.h"
#include "host/fakes_for_test.h"
#include "host/guest_user.h"
#include "model/host_messages.h"

namespace hanse::host {
namespace {

using test_support::TextCertificates;

constexpr Seconds kDay{24 * 3600};

struct HostIdentityFixture {
  test::HttpService service;
  test::TestRuntime& world = service.world;
  TextCertificates certificates{world.loop};
  IdentityFiles files{world.files, "/h1/data/identity"};
  std::string host_in_certificate = "h1";
  std::optional<Error> refusal;
  std::vector<std::string> renewals;
  std::vector<std::string> shown;  // certificates

  HostIdentityFixture() {
    service.router.add(
        "POST /providers/hanse.host/v1/hosts/{name}/renewals",
        [this](http::Request request, http::PathParameters) { return renew(std::move(request)); });
    service.start();
    keep();
  }

  // As enrolment leaves it.
  void keep() {
    const std::string name = "hanse://zone/a/host/" + host_in_certificate;
    REQUIRE(test::complete(world.loop, files.keep({.certificate_pem = certificates.certificate(name, kDay),
                                                   .key_pem = "key 0",
                                                   .ca_pem = "ca",
                                                   .zone_endpoint = "zone:443",
                                                   .invitation = "a digest"})));
  }
  std::unique_ptr<HostIdentity> make() {
    return std::make_unique<HostIdentity>(world.runtime, certificates, "/h1/data");
  }
  Status prepare(HostIdentity& identity) {
    const auto prepared = test::complete(world.loop, identity.prepare());
    REQUIRE(prepared);
    return *prepared;
  }
  Error refused() {
    const auto identity = make();
    const Status prepared = prepare(*identity);
    REQUIRE_FALSE(prepared);
    return prepared.error();
  }
  void run(Nanos time) {
    world.loop.schedule(time, [] {});
    world.loop.run(time);
  }

 private:
  Task<http::Reply> renew(http::Request request) {
    const json::Value body = json::parse(request.body).value();
    renewals.push_back(json::from_json<model::RenewalRequest>(body).value().request_pem);
    shown.push_back(request.peer.name);
    if (refusal) co_return http::problem_response(*refusal, request.path);
    const std::string name = "hanse://zone/a/host/" + host_in_certificate;
    co_return http::json_response(
        200, to_json(model::EnrolmentAnswer{certificates.certificate(name, kDay), "ca"}));
  }
};

TEST_CASE("an identity says who the host is, where its zone, and whom it trusts") {
  HostIdentityFixture host;
  const auto identity = host.make();
  REQUIRE(host.prepare(*identity));
  CHECK(identity->zone() == "a");
  CHECK(identity->name() == "h1");
  CHECK(to_string(identity->zone_endpoint()) == "zone:443");
  const TlsOptions tls = identity->tls();
  CHECK(tls.key_pem == "key 0");
  CHECK(tls.trusted_ca_pem == "ca");
  CHECK(tls.expected_name == "hanse://zone/a");
}

TEST_CASE("no identity, a broken one and one of no host are named, with what to do") {
  HostIdentityFixture host;
  const std::string path = host.files.identity_path();
  host.world.files.content.erase(path);
  Error error = host.refused();
  CHECK(error.code == Code::failed_precondition);
  CHECK(error.message.find("run 'hanse host invite NAME'") != std::string::npos);
  host.world.files.content[path] = "{\"version\":1";
  CHECK(host.refused().code == Code::data_loss);
  host.world.files.content[path] = "{\"version\":3}";
  CHECK(host.refused().message.find("version 3") != std::string::npos);
  host.host_in_certificate = "";
  host.keep();
  CHECK(host.refused().message.find("is of no host") != std::string::npos);
}

TEST_CASE("a renewed certificate for another host is not taken") {
  HostIdentityFixture host;
  const auto identity = host.make();
  REQUIRE(host.prepare(*identity));
  const std::string before = host.world.files.content[host.files.identity_path()];
  host.host_in_certificate = "h2";
  http::Client zone(host.world.runtime, {.endpoint = test::kService, .tls = identity->tls()});
  Scope scope;
  REQUIRE(scope.spawn(identity->keep_fresh(zone)));
  host.run(kDay / 2 + Seconds{120});
  CHECK_FALSE(host.renewals.empty());
  CHECK(identity->name() == "h1");
  CHECK(host.world.files.content[host.files.identity_path()] == before);
}

TEST_CASE("a certificate is renewed when half of its life is over, and used from then on") {
  HostIdentityFixture host;
  const auto identity = host.make();
  REQUIRE(host.prepare(*identity));
  const std::string first = identity->tls().certificate_pem;
  http::Client zone(host.world.runtime, {.endpoint = test::kService, .tls = identity->tls()});
  Scope scope;
  REQUIRE(scope.spawn(identity->keep_fresh(zone)));
  host.run(kDay / 2 - Seconds{60});
  CHECK(host.renewals.empty());
  host.run(Seconds{120});
  CHECK(host.renewals == std::vector<std::string>{"request 1"});
  CHECK(host.shown == std::vector<std::string>{first});
  CHECK(identity->tls().key_pem == "key 1");
  REQUIRE(zone.options().tls);
  CHECK(zone.options().tls->certificate_pem == identity->tls().certificate_pem);
  host.run(kDay / 2 + Seconds{120});
  REQUIRE(host.shown.size() == 2);
  CHECK(host.shown[1] != first);

  const auto restarted = host.make();
  REQUIRE(host.prepare(*restarted));
  CHECK(restarted->tls().certificate_pem == identity->tls().certificate_pem);
}

TEST_CASE("a renewal that fails is tried again, without haste") {
  HostIdentityFixture host;
  const auto identity = host.make();
  REQUIRE(host.prepare(*identity));
  host.refusal = Error{Code::unavailable, "not now"};
  http::Client zone(host.world.runtime, {.endpoint = test::kService, .tls = identity->tls()});
  Scope scope;
  REQUIRE(scope.spawn(identity->keep_fresh(zone)));
  host.run(kDay / 2 + Seconds{3600});
  CHECK(host.renewals.size() > 10);
  CHECK(host.renewals.size() < 100);
  host.refusal.reset();
  host.run(Seconds{600});
  const std::size_t renewed = host.renewals.size();
  host.run(Seconds{3600});
  CHECK(host.renewals.size() == renewed);
}

TEST_CASE("the guests' user comes from the system's files, with the group kvm") {
  const std::string passwd = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533::/:/none\nbad:x:a:b::/:\n";
  const auto user = parse_guest_user("nobody", passwd, "root:x:0:\nkvm:x:104:\n");
  REQUIRE(user);
  CHECK(user->user == 65534);
  CHECK(user->group == 65533);
  CHECK(user->more_groups == std::vector<std::uint32_t>{104});
  CHECK(parse_guest_user("nobody", passwd, "").value().more_groups.empty());
  CHECK(parse_guest_user("no", passwd, "").error().code == Code::not_found);
  CHECK(parse_guest_user("bad", passwd, "").error().code == Code::not_found);
}

TEST_CASE("a second agent on one data folder does not start; after the first has died one does") {
  test::TestRuntime world;
  auto first = std::make_unique<AgentLock>(world.runtime, "/h1/agent.sock");
  CHECK(test::complete(world.loop, first->take()).value());
  AgentLock second(world.runtime, "/h1/agent.sock");
  CHECK(test::complete(world.loop, second.take()).value().error().code == Code::already_exists);
  first.reset();
  CHECK(test::complete(world.loop, second.take()).value());
}

}  // namespace
}  // namespace hanse::host
