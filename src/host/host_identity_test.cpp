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

struct Fixture {
  test::HttpService service;
  test::TestRuntime& world = service.world;
  TextCertificates certificates{world.loop};
  HostConfig config{.name = "h1",
                    .zone_endpoint = test::kService,
                    .zone_ca_file = "/zone/ca.pem",
                    .enrol_token_file = "/h1/token",
                    .data_dir = "/h1/data"};
  std::string host_in_certificate = "h1";
  std::optional<Error> refusal;
  bool answers = true;
  std::vector<model::EnrolmentRequest> enrolments;
  std::vector<std::string> renewals;
  std::vector<std::string> shown;  // certificates

  Fixture() {
    world.files.content["/zone/ca.pem"] = "ca";
    world.files.content["/h1/token"] = "\n  token-1\ntoken-2\n";
    service.router.add(
        "POST /providers/hanse.host/v1/enrolments",
        [this](http::Request request, http::PathParameters) { return enrol(std::move(request)); });
    service.router.add(
        "POST /providers/hanse.host/v1/hosts/{name}/renewals",
        [this](http::Request request, http::PathParameters) { return renew(std::move(request)); });
    service.start();
  }

  std::unique_ptr<HostIdentity> make() {
    return std::make_unique<HostIdentity>(world.runtime, certificates, config);
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
  http::Response answer() {
    const std::string name = "hanse://zone/a/host/" + host_in_certificate;
    return http::json_response(200,
                               to_json(model::EnrolmentAnswer{certificates.certificate(name, kDay), "ca"}));
  }
  Task<http::Reply> enrol(http::Request request) {
    const json::Value body = json::parse(request.body).value();
    enrolments.push_back(json::from_json<model::EnrolmentRequest>(body).value());
    if (!answers) co_await sleep_for(world.loop, Seconds{1'000'000});
    if (refusal) co_return http::problem_response(*refusal, request.path);
    co_return answer();
  }
  Task<http::Reply> renew(http::Request request) {
    const json::Value body = json::parse(request.body).value();
    renewals.push_back(json::from_json<model::RenewalRequest>(body).value().request_pem);
    shown.push_back(request.peer.name);
    if (refusal) co_return http::problem_response(*refusal, request.path);
    co_return answer();
  }
};

TEST_CASE("a host enrols once, with the first token of its file, and then has its identity on disk") {
  Fixture host;
  const auto identity = host.make();
  REQUIRE(host.prepare(*identity));
  CHECK(identity->zone() == "a");
  REQUIRE(host.enrolments.size() == 1);
  CHECK(host.enrolments[0] == model::EnrolmentRequest{"h1", "token-1", "request 1"});
  const TlsOptions tls = identity->tls();
  CHECK(tls.key_pem == "key 1");
  CHECK(tls.trusted_ca_pem == "ca");
  CHECK(tls.expected_name == "hanse://zone/a");
  CHECK_FALSE(host.world.files.content.contains("/h1/data/identity/enrolment.json"));

  host.world.files.content.erase("/h1/token");
  host.world.files.content.erase("/zone/ca.pem");
  const auto again = host.make();
  REQUIRE(host.prepare(*again));
  CHECK(again->tls().certificate_pem == tls.certificate_pem);
  CHECK(host.enrolments.size() == 1);
}

TEST_CASE("a host waits for its zone's CA file and for its zone") {
  Fixture host;
  host.world.files.content.erase("/zone/ca.pem");
  host.service.server.reset();
  const auto identity = host.make();
  std::optional<Status> prepared;
  Scope scope;
  REQUIRE(scope.spawn(test::keep(identity->prepare(), prepared)));
  host.run(Seconds{60});
  CHECK_FALSE(prepared);
  host.world.files.content["/zone/ca.pem"] = "ca";
  host.run(Seconds{60});
  CHECK_FALSE(prepared);
  host.service.restart();
  host.run(Seconds{60});
  REQUIRE(prepared);
  CHECK(*prepared);
}

TEST_CASE("a refusal says what to do, and is not tried again") {
  Fixture host;
  SUBCASE("token") {
    host.refusal = Error{Code::unauthenticated, "the token is used"};
    const Error error = host.refused();
    CHECK(error.code == Code::unauthenticated);
    CHECK(error.message.find("the token is used; write a new one of 'hanse token enrol'") !=
          std::string::npos);
  }
  SUBCASE("name") {
    host.refusal = Error{Code::already_exists, "there is a host 'h1'"};
    const Error error = host.refused();
    CHECK(error.code == Code::already_exists);
    CHECK(error.message.find("run 'hanse delete host h1'") != std::string::npos);
  }
  CHECK(host.enrolments.size() == 1);
}

TEST_CASE("a crash between the request and its answer tries again with the same key") {
  Fixture host;
  host.answers = false;
  {
    const auto identity = host.make();
    std::optional<Status> prepared;
    Scope scope;
    REQUIRE(scope.spawn(test::keep(identity->prepare(), prepared)));
    host.run(Seconds{1});
    REQUIRE(host.enrolments.size() == 1);
  }
  host.answers = true;
  const auto identity = host.make();
  REQUIRE(host.prepare(*identity));
  REQUIRE(host.enrolments.size() == 2);
  CHECK(host.enrolments[1] == host.enrolments[0]);
  CHECK(identity->tls().key_pem == "key 1");
}

TEST_CASE("no token, an empty token file, and another host's certificate are named") {
  Fixture host;
  host.host_in_certificate = "h2";
  CHECK(host.refused().code == Code::failed_precondition);
  CHECK_FALSE(host.world.files.content.contains("/h1/data/identity/identity.json"));
  host.world.files.content["/h1/token"] = " \n\n";
  CHECK(host.refused().code == Code::failed_precondition);
  host.world.files.content.erase("/h1/token");
  CHECK(host.refused().code == Code::not_found);
  host.world.files.content["/h1/data/identity/identity.json"] = "{\"version\":1";
  CHECK(host.refused().code == Code::data_loss);
  host.world.files.content["/h1/data/identity/identity.json"] = "{\"version\":2}";
  CHECK(host.refused().message.find("version 2") != std::string::npos);
}

TEST_CASE("a certificate is renewed when half of its life is over, and used from then on") {
  Fixture host;
  const auto identity = host.make();
  REQUIRE(host.prepare(*identity));
  const std::string first = identity->tls().certificate_pem;
  http::Client zone(host.world.runtime, {.endpoint = test::kService, .tls = identity->tls()});
  Scope scope;
  REQUIRE(scope.spawn(identity->keep_fresh(zone)));
  host.run(kDay / 2 - Seconds{60});
  CHECK(host.renewals.empty());
  host.run(Seconds{120});
  CHECK(host.renewals == std::vector<std::string>{"request 2"});
  CHECK(host.shown == std::vector<std::string>{first});
  CHECK(identity->tls().key_pem == "key 2");
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
  Fixture host;
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
