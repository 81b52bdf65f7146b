#include "zone/enrolment.h"

#include <doctest/doctest.h>

#include "federation/invitation.h"
#include "tests/support/zone_fixture.h"

namespace hanse::zone {
namespace {

struct EnrolmentFixture : test::ZoneFixture {
  Result<federation::Invitation> invite(const std::string& host, Seconds lifetime = Seconds{600}) {
    HANSE_TRY(const std::string token, wait(zone->enrolment().invite(host, lifetime)));
    return federation::read_invitation(hashing, token, federation::InvitationKind::host);
  }
  std::string request() { return certificates.make_request().value().request_pem; }
  // What came of it: "host 'h1'", or the reason why not.
  std::string enrol(const federation::Invitation& invitation, const std::string& request_pem) {
    const auto answer = wait(zone->enrolment().enrol({invitation.secret, request_pem}));
    return answer ? certificates.read(answer->certificate_pem).value().name : answer.error().message;
  }
  void remove_host(const std::string& name) {
    REQUIRE(wait(zone->tables().hosts.erase(zone->tables().hosts.get({.name = name}).value())));
  }
};

constexpr char kFirst[] = "hanse://zone/helsinki/host/h1";

TEST_CASE_FIXTURE(EnrolmentFixture,
                  "a token says all that a host needs, and makes the host of its name once") {
  const auto token = invite("h1").value();
  CHECK(token.zone == "helsinki");
  CHECK(to_string(token.endpoint) == "10.0.0.1:8443");
  CHECK(token.ca_fingerprint == zone->identity().ca_fingerprint());
  CHECK(enrol(token, request()) == kFirst);
  CHECK(zone->tables().hosts.get({.name = "h1"}));
  const std::string used =
      "the token was used for host 'h1' already; make a new one with 'hanse host invite'";
  CHECK(enrol(token, request()) == used);
  restart();
  CHECK(enrol(token, request()) == used);
}

TEST_CASE_FIXTURE(EnrolmentFixture, "a host whose answer was lost asks again with the same request") {
  const auto token = invite("h1", Seconds{60}).value();
  const std::string asked = request();
  CHECK(enrol(token, asked) == kFirst);
  restart();
  pass(Seconds{61});
  CHECK(enrol(token, asked) == kFirst);
  remove_host("h1");
  const std::string gone =
      "the token was used for host 'h1', which was deleted since; make a new one with 'hanse host invite'";
  CHECK(enrol(token, asked) == gone);
  CHECK_FALSE(zone->tables().hosts.get({.name = "h1"}));
  CHECK(enrol(invite("h1").value(), request()) == kFirst);
  CHECK(enrol(token, asked) == gone);
}

TEST_CASE_FIXTURE(EnrolmentFixture, "two machines with one token are one host") {
  const auto token = invite("h1").value();
  std::optional<Result<model::EnrolmentAnswer>> first;
  std::optional<Result<model::EnrolmentAnswer>> second;
  Scope scope;
  using store::test_support::keep_result;
  REQUIRE(scope.spawn(keep_result(zone->enrolment().enrol({token.secret, request()}), first)));
  REQUIRE(scope.spawn(keep_result(zone->enrolment().enrol({token.secret, request()}), second)));
  pass(Seconds{1});
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->has_value() != second->has_value());
  const Error error = first->has_value() ? second->error() : first->error();
  CHECK(error.code == Code::unauthenticated);
  CHECK(error.message.find("was used for host 'h1' already") != std::string::npos);
}

TEST_CASE_FIXTURE(EnrolmentFixture, "a wrong and an expired token are told apart, and change nothing") {
  auto token = invite("h1", Seconds{60}).value();
  CHECK(enrol(token, "no request").find("request") != std::string::npos);
  pass(Seconds{61});
  CHECK(enrol(token, request()).starts_with("the token expired at "));
  // Kept for a day, then forgotten; a zone that stands still meanwhile makes the test short.
  zone.reset();
  pass(kKeepHostInvitation);
  restart();
  CHECK(
      enrol(token, request()) ==
      "zone 'helsinki' knows no such token: it is wrong, or it expired long ago; make a new one with 'hanse "
      "host invite'");
  CHECK_FALSE(zone->tables().hosts.get({.name = "h1"}));
}

TEST_CASE_FIXTURE(EnrolmentFixture,
                  "a name that is taken is refused, when the token is made and when it is used") {
  const auto one = invite("h1").value();
  const auto other = invite("h1").value();
  CHECK(enrol(one, request()) == kFirst);
  const std::string taken =
      "zone 'helsinki' has a host 'h1' already; delete it with 'hanse delete host h1' before another takes "
      "its "
      "name";
  CHECK(enrol(other, request()) == taken);
  CHECK(invite("h1").error().message == taken);
  remove_host("h1");
  CHECK(enrol(other, request()) == kFirst);
  CHECK(invite("../h").error().code == Code::invalid_argument);
  CHECK(invite("h2", Seconds{0}).error().code == Code::invalid_argument);
  CHECK(invite("h2", kMaxHostInvitationLifetime + Seconds{1}).error().code == Code::invalid_argument);
}

TEST_CASE_FIXTURE(EnrolmentFixture, "of a token's secret the store has the hash only") {
  const auto token = invite("h1").value();
  CHECK(enrol(token, request()) == kFirst);
  for (const auto& entry : store->list("/", "", store::kMaxPageEntries).entries) {
    CHECK(entry.key.find(token.secret) == std::string::npos);
    CHECK(entry.value.find(token.secret) == std::string::npos);
  }
}

TEST_CASE_FIXTURE(EnrolmentFixture, "a host renews its certificate; one that is not there does not") {
  CHECK(enrol(invite("h1").value(), request()) == kFirst);
  CHECK(wait(zone->enrolment().renew("h1", {request()})));
  CHECK(wait(zone->enrolment().renew("h9", {request()})).error().code == Code::not_found);
}

}  // namespace
}  // namespace hanse::zone
