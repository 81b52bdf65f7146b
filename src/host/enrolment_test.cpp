#include "host/enrolment.h"

#include <doctest/doctest.h>

#include "federation/invitation.h"
#include "host/agent_lock.h"
#include "host/fakes_for_test.h"
#include "host/host_config.h"
#include "host/identity_files.h"
#include "model/host_messages.h"
#include "tests/support/fake_hashing.h"

namespace hanse::host {
namespace {

using test_support::TextCertificates;

constexpr Seconds kTokenLife{600};

struct EnrolmentFixture {
  test::HttpService service;
  test::TestRuntime& world = service.world;
  TextCertificates certificates{world.loop};
  test::FakeHashing hashing{world.files};
  IdentityFiles files{world.files, identity_folder("/h1/data")};
  std::string token = make_token("secret-1");
  std::optional<Error> refusal;
  bool answers = true;
  std::vector<model::EnrolmentRequest> asked;

  EnrolmentFixture() {
    service.router.add(
        "POST /providers/hanse.host/v1/enrolments",
        [this](http::Request request, http::PathParameters) { return answer(std::move(request)); });
    service.start();
  }
  std::string make_token(const std::string& secret) {
    return to_text(hashing, federation::Invitation{.kind = federation::InvitationKind::host,
                                                   .zone = "a",
                                                   .endpoint = test::kService,
                                                   .expires_at = world.loop.wall_now() + kTokenLife,
                                                   .ca_fingerprint = std::string(64, 'f'),
                                                   .secret = secret});
  }
  Task<Result<HostName>> enrolling() {
    return enrol(world.runtime, certificates, hashing, {.data_dir = "/h1/data", .token = token});
  }
  Result<HostName> run() { return test::complete(world.loop, enrolling()).value(); }
  std::string error() {
    const Result<HostName> enrolled = run();
    return enrolled ? "host " + enrolled->host : enrolled.error().message;
  }
  bool keeps(const std::string& path) const { return world.files.content.contains(path); }
  void pass(Nanos time) {
    world.loop.schedule(time, [] {});
    world.loop.run(time);
  }

 private:
  Task<http::Reply> answer(http::Request request) {
    const json::Value body = json::parse(request.body).value();
    asked.push_back(json::from_json<model::EnrolmentRequest>(body).value());
    if (!answers) co_await sleep_for(world.loop, Seconds{1'000'000});
    if (refusal) co_return http::problem_response(*refusal, request.path);
    const std::string certificate = certificates.certificate("hanse://zone/a/host/h1", Seconds{86400});
    co_return http::json_response(201, to_json(model::EnrolmentAnswer{certificate, "ca"}));
  }
};

TEST_CASE_FIXTURE(EnrolmentFixture, "a machine that enrols has all on disk that 'hanse host' needs") {
  const Result<HostName> enrolled = run();
  REQUIRE(enrolled);
  CHECK(*enrolled == HostName{"a", "h1"});
  REQUIRE(asked.size() == 1);
  CHECK(asked[0] == model::EnrolmentRequest{"secret-1", "request 1"});
  const auto kept = test::complete(world.loop, files.identity()).value().value().value();
  CHECK(kept.certificate_pem.starts_with("certificate hanse://zone/a/host/h1 "));
  CHECK(kept.key_pem == "key 1");
  CHECK(kept.ca_pem == "ca");
  CHECK(kept.zone_endpoint == to_string(test::kService));
  CHECK_FALSE(keeps(files.enrolment_path()));
  // The secret is no longer of use, but it is nobody's to read.
  for (const auto& [path, content] : world.files.content)
    CHECK(content.find("secret-1") == std::string::npos);
}

TEST_CASE_FIXTURE(EnrolmentFixture,
                  "the same token again is no error, also while the agent runs; another one is") {
  REQUIRE(run());
  AgentLock agent(world.runtime, lock_socket("/h1/data"));
  REQUIRE(test::complete(world.loop, agent.take()));
  CHECK(run().value().host == "h1");
  CHECK(asked.size() == 1);
  token = make_token("secret-2");
  CHECK(error() ==
        "/h1/data is of host 'h1' of zone 'a' already; give another folder with --data-dir, or remove "
        "/h1/data/identity/identity.json to enrol this machine anew");
}

TEST_CASE_FIXTURE(EnrolmentFixture,
                  "a lost answer is asked for again with the same key, also when the token is over") {
  answers = false;
  const std::string first = error();
  CHECK(first.starts_with("zone 'a' at zone:443 has not enrolled this machine yet: "));
  CHECK(first.ends_with("; run the same command again"));
  CHECK(keeps(files.enrolment_path()));
  answers = true;
  pass(kTokenLife + Seconds{1});
  REQUIRE(run());
  REQUIRE(asked.size() == 2);
  CHECK(asked[1] == asked[0]);
  CHECK(test::complete(world.loop, files.identity()).value().value()->key_pem == "key 1");
}

TEST_CASE_FIXTURE(EnrolmentFixture, "a zone that is not there, or not able to, is asked again later") {
  service.server.reset();
  CHECK(run().error().code == Code::unavailable);
  service.restart();
  refusal = Error{Code::resource_exhausted, "the disk is full"};
  CHECK(error().ends_with("the disk is full; run the same command again"));
  refusal.reset();
  CHECK(error() == "host h1");
  CHECK(certificates.requests == 1);
}

TEST_CASE_FIXTURE(EnrolmentFixture, "what the zone refuses is said, and leaves nothing behind") {
  refusal = Error{Code::unauthenticated, "the token was used for host 'h1' already"};
  CHECK(error() ==
        "zone 'a' at zone:443 does not enrol this machine: the token was used for host 'h1' already");
  CHECK_FALSE(keeps(files.enrolment_path()));
  CHECK_FALSE(keeps(files.identity_path()));
}

TEST_CASE_FIXTURE(EnrolmentFixture, "an altered and an expired token are not sent to anybody") {
  const std::string good = token;
  token[20] = token[20] == 'x' ? 'y' : 'x';
  CHECK(error().find("was altered or cut") != std::string::npos);
  token = "hanse-join-1" + good.substr(12);
  CHECK(error() == "this is no invitation: one of 'hanse host invite' begins with hanse-host-1,");
  token = good;
  pass(kTokenLife + Seconds{1});
  CHECK(error().find("expired at") != std::string::npos);
  CHECK(asked.empty());
  CHECK_FALSE(keeps(files.enrolment_path()));
}

TEST_CASE_FIXTURE(EnrolmentFixture, "a key that was kept for another token is not used") {
  service.server.reset();
  CHECK_FALSE(run());
  service.restart();
  token = make_token("secret-2");
  REQUIRE(run());
  CHECK(asked.at(0) == model::EnrolmentRequest{"secret-2", "request 2"});
}

}  // namespace
}  // namespace hanse::host
