#include "zone/authentication.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "tests/support/token_maker.h"
#include "tests/support/zone_fixture.h"

namespace hanse::zone {
namespace {

using AuthenticationFixture = test::ZoneFixture;

http::Request with_token(const std::string& token) {
  http::Request request;
  request.headers.set("authorization", "Bearer " + token);
  return request;
}

TEST_CASE_FIXTURE(AuthenticationFixture,
                  "the administrator and made tokens are users; wrong and expired ones are nobody") {
  auto& authentication = zone->authentication();
  const Caller admin = authentication.identify(with_token("an-administrator-token")).value();
  CHECK(admin.name == "admin");
  CHECK(admin.administrator);
  const std::string token = authentication.make_token("alice", Seconds{60}).value();
  const Caller alice = authentication.identify(with_token(token)).value();
  CHECK(alice.name == "alice");
  CHECK_FALSE(alice.administrator);
  CHECK(alice.issuer == "hanse://zone/helsinki");
  CHECK(authentication.identify(with_token("wrong")).error().code == Code::unauthenticated);
  CHECK(authentication.identify({}).value().kind == CallerKind::anonymous);
  for (const char* bad : {"", "a b", "*", "group:x", "corp:alice"})
    CHECK_FALSE(authentication.make_token(bad, Seconds{60}));
  // Remembered as verified, it still ends in time.
  pass(Seconds{61});
  CHECK(authentication.identify(with_token(token)).error().message.find("expired") != std::string::npos);
}

TEST_CASE_FIXTURE(AuthenticationFixture, "tokens of the zone outlive its restart, and end with its key") {
  const std::string token = zone->authentication().make_token("admin", Seconds{60}).value();
  restart();
  CHECK(zone->authentication().identify(with_token(token)).value().administrator);
  const json::Object keys = zone->authentication().local_issuer().key_set();
  CHECK(json::dump(keys).find("\"crv\":\"Ed25519\"") != std::string::npos);
  world.files.content.erase("/data/token-key.pem");
  restart();
  CHECK(zone->authentication().identify(with_token(token)).error().message.find("signature") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(AuthenticationFixture, "a login code gives one token, and is kept as its hash only") {
  auto& authentication = zone->authentication();
  const std::string code = wait(authentication.make_login_code("alice", Seconds{60})).value();
  for (const auto& entry : store->list("/tokens/", "", 100).entries)
    CHECK(entry.key.find(code) == std::string::npos);
  CHECK_FALSE(authentication.identify(with_token(code)));
  const std::string token = wait(authentication.use_login_code(code, Seconds{60})).value();
  CHECK(authentication.identify(with_token(token)).value().name == "alice");
  CHECK(wait(authentication.use_login_code(code, Seconds{60})).error().code == Code::unauthenticated);
  const std::string late = wait(authentication.make_login_code("alice", Seconds{60})).value();
  pass(Seconds{61});
  CHECK(wait(authentication.use_login_code(late, Seconds{60})).error().message.find("expired") !=
        std::string::npos);
  const std::size_t kept = store->list("/tokens/", "", 100).entries.size();
  zone.reset();  // no need to live through a week
  pass(kKeepExpired);
  restart();
  CHECK(store->list("/tokens/", "", 100).entries.size() == kept - 1);
}

TEST_CASE_FIXTURE(AuthenticationFixture, "tokens of an issuer count once its keys are there") {
  test::TokenMaker maker("key-1");
  issuers = {
      {.name = "corp", .issuer = "https://login.example.org", .audience = "hanse", .jwks_file = "/keys"}};
  world.files.content["/keys"] = maker.key_set();
  restart();
  const auto now = std::chrono::duration_cast<Seconds>(since_epoch(world.loop.wall_now())).count();
  const std::string token = maker.sign(
      {{"iss", "https://login.example.org"}, {"aud", "hanse"}, {"sub", "alice"}, {"exp", now + 600}});
  pass(Seconds{1});
  CHECK(zone->authentication().identify(with_token(token)).value().name == "corp:alice");
  // The key is taken from the issuer: what was verified by it does not count any more.
  test::TokenMaker rolled("key-2");
  world.files.content["/keys"] = rolled.key_set();
  pass(kKeyRefreshInterval);
  CHECK_FALSE(zone->authentication().identify(with_token(token)));
}

TEST_CASE_FIXTURE(AuthenticationFixture, "a certificate proves a host of this zone's CA only") {
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

}  // namespace
}  // namespace hanse::zone
