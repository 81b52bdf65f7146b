#include "zone/authentication.h"

#include <doctest/doctest.h>

#include "tests/support/zone_fixture.h"

namespace hanse::zone {
namespace {

using Fixture = test::ZoneFixture;

http::Request with_token(const std::string& token) {
  http::Request request;
  request.headers.set("authorization", "Bearer " + token);
  return request;
}

TEST_CASE_FIXTURE(Fixture, "the administrator and made tokens are users; wrong and expired ones are nobody") {
  auto& authentication = zone->authentication();
  CHECK(authentication.identify(with_token("an-administrator-token")).value().name == "admin");
  const std::string token = wait(authentication.make_token("alice", Seconds{60})).value();
  CHECK(authentication.identify(with_token(token)).value().name == "alice");
  CHECK(authentication.identify(with_token("wrong")).error().code == Code::unauthenticated);
  CHECK(authentication.identify({}).value().kind == CallerKind::anonymous);
  pass(Seconds{61});
  CHECK(authentication.identify(with_token(token)).error().message.find("expired") != std::string::npos);
  for (const auto& entry : store->list("/tokens/", "", 100).entries)
    CHECK(entry.value.find(token) == std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "a certificate proves a host of this zone's CA only") {
  auto& authentication = zone->authentication();
  http::Request request;
  request.peer = {"hanse://zone/helsinki/host/h1", zone->identity().ca_fingerprint()};
  CHECK(authentication.identify(request).value().kind == CallerKind::host);
  CHECK(authentication.identify(request).value().name == "h1");
  request.peer.issuer_fingerprint = "another";
  CHECK(authentication.identify(request).value().kind == CallerKind::anonymous);
  request.peer = {"hanse://zone/warsaw/host/h1", zone->identity().ca_fingerprint()};
  CHECK(authentication.identify(request).value().kind == CallerKind::anonymous);
}

TEST_CASE_FIXTURE(Fixture, "an enrolment token works once, also after a restart") {
  const auto enrol = [&](const std::string& name, const std::string& token) {
    return wait(zone->enrolment().enrol({name, token, certificates.make_request().value().request_pem}));
  };
  const auto answer = enrol("h1", "an-enrolment-token-1").value();
  CHECK(certificates.read(answer.certificate_pem).value().name == "hanse://zone/helsinki/host/h1");
  CHECK(enrol("h2", "an-enrolment-token-1").error().code == Code::unauthenticated);
  CHECK(enrol("h1", "an-enrolment-token-2").error().code == Code::already_exists);
  CHECK(enrol("../h", "an-enrolment-token-2").error().code == Code::invalid_argument);
  CHECK(enrol("h3", "an-administrator-token").error().code == Code::unauthenticated);
  restart();
  CHECK(enrol("h2", "an-enrolment-token-1").error().code == Code::unauthenticated);
  CHECK(enrol("h2", "an-enrolment-token-2"));
  CHECK(wait(zone->enrolment().renew("h2", {certificates.make_request().value().request_pem})));
  CHECK(wait(zone->enrolment().renew("h9", {certificates.make_request().value().request_pem})).error().code ==
        Code::not_found);
}

}  // namespace
}  // namespace hanse::zone
