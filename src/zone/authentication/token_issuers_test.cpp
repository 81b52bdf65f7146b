#include "zone/authentication/token_issuers.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "http/router.h"
#include "http/server.h"
#include "io/openssl_web_keys.h"
#include "tests/support/http_service.h"
#include "tests/support/token_maker.h"

namespace hanse::zone {
namespace {

constexpr char kIssuer[] = "https://login.example.org";

// An issuer that answers over the network in memory, and what a zone makes of its tokens.
struct Login {
  test::TestRuntime world;
  io::OpensslWebKeys reader;
  test::TokenMaker maker{"key-1"};
  std::string keys = maker.key_set();
  std::string discovery =
      R"({"issuer":"https://login.example.org","jwks_uri":"https://login.example.org/keys"})";
  int asked = 0;  // for the keys
  http::Router router;
  std::unique_ptr<http::Server> server;
  IssuerConfig config{.name = "corp", .issuer = kIssuer, .audience = "hanse", .ca_file = "/ca"};
  std::unique_ptr<TokenIssuers> issuers;
  Scope scope;

  Login() {
    world.files.content["/ca"] = "a CA";
    router.add("GET /.well-known/openid-configuration",
               [this](http::Request, http::PathParameters) { return answer(discovery); });
    router.add("GET /keys", [this](http::Request, http::PathParameters) {
      ++asked;
      return answer(keys);
    });
    server = std::make_unique<http::Server>(world.runtime, router, http::ServerLimits{});
    REQUIRE(scope.spawn(serve(*server)));
    pass(Seconds{1});
  }
  void start() {
    issuers = std::make_unique<TokenIssuers>(world.runtime, reader, std::vector<IssuerConfig>{config});
    REQUIRE(issuers->start());
    pass(Seconds{1});
  }
  void pass(Nanos time) {
    const MonotonicTime end = world.loop.now() + time;
    world.loop.run(time);
    world.loop.advance_to(end);
  }
  json::Object claims() const {
    const auto now = std::chrono::duration_cast<Seconds>(since_epoch(world.loop.wall_now())).count();
    return {{"iss", kIssuer}, {"aud", "hanse"}, {"sub", "alice"}, {"exp", now + 100'000}};
  }
  // As the zone does for a request: the keys first.
  Result<Caller> identify(const std::string& token) {
    HANSE_TRY(const codec::JsonWebToken parts, codec::parse_json_web_token(token));
    REQUIRE(scope.spawn(issuers->prepare(parts)));
    pass(Seconds{1});
    return issuers->identify(parts);
  }
  bool refused_for(const std::string& token, std::string_view reason) {
    const auto caller = identify(token);
    return !caller && caller.error().code == Code::unauthenticated &&
           caller.error().message.find(reason) != std::string::npos &&
           caller.error().message.find(token.substr(0, 20)) == std::string::npos;
  }

 private:
  static Task<http::Reply> answer(std::string body) {
    co_return http::Reply(http::Response{200, {{"Content-Type", "application/json"}}, std::move(body)});
  }
  static Task<void> serve(http::Server& server) {
    REQUIRE(co_await server.start({.host = "login.example.org", .port = 443}, {}));
  }
};

TEST_CASE("the keys are found by discovery, and a token of the issuer names its bearer") {
  Login login;
  login.start();
  CHECK(login.identify(login.maker.sign(login.claims()))->name == "corp:alice");
  CHECK(login.identify(login.maker.sign(login.claims()))->issuer == "corp");
  CHECK(login.asked == 1);
}

TEST_CASE("what the issuer did not sign is refused") {
  Login login;
  login.start();
  const std::string good = login.maker.sign(login.claims());
  test::TokenMaker other("key-1");
  CHECK(login.refused_for(other.sign(login.claims()), "signature is not that of issuer 'corp'"));

  json::Object changed = login.claims();
  changed["sub"] = "root";
  const std::string signature = good.substr(good.rfind('.'));
  const std::string tampered =
      codec::json_web_token_text(TokenAlgorithm::eddsa, "key-1", changed) + signature;
  CHECK(login.refused_for(tampered, "signature is not that of issuer 'corp'"));

  // A key is of one algorithm: a token cannot have it used for another.
  const std::string confused =
      codec::json_web_token_text(TokenAlgorithm::rs256, "key-1", login.claims()) + signature;
  CHECK(login.refused_for(confused, "has no RS256 key"));
  const std::string hmac = codec::to_base64url(R"({"alg":"HS256","kid":"key-1"})") + "." +
                           codec::to_base64url(json::dump(login.claims()));
  CHECK(login.refused_for(login.maker.sign_text(hmac), "not signed by one of"));

  json::Object foreign = login.claims();
  foreign["iss"] = "https://evil.example.org";
  CHECK(login.refused_for(login.maker.sign(foreign), "issuer is not trusted here"));
  json::Object expired = login.claims();
  expired["exp"] = 1;
  CHECK(login.refused_for(login.maker.sign(expired), "expired"));
}

TEST_CASE("a key that is not known is asked for at most once a minute") {
  Login login;
  login.config.jwks_url = "https://login.example.org/keys";
  login.start();
  CHECK(login.asked == 1);
  login.pass(Seconds{60});
  test::TokenMaker rolled("key-2");
  for (int i = 0; i < 5; ++i) CHECK(login.refused_for(rolled.sign(login.claims()), "key of the token's id"));
  CHECK(login.asked == 2);

  login.keys = rolled.key_set();
  CHECK_FALSE(login.identify(rolled.sign(login.claims())));
  const std::uint64_t before = login.issuers->generation();
  login.pass(Seconds{60});
  CHECK(login.identify(rolled.sign(login.claims())));
  CHECK(login.issuers->generation() != before);
  CHECK(login.refused_for(login.maker.sign(login.claims()), "key of the token's id"));
  CHECK(login.asked == 3);
}

TEST_CASE("the last good keys stay while the issuer fails, and are read again each hour") {
  Login login;
  login.start();
  const std::string token = login.maker.sign(login.claims());
  login.keys = "no keys";
  login.pass(kKeyRefreshInterval);
  CHECK(login.asked == 2);
  CHECK(login.identify(token));
  login.server.reset();
  login.pass(kKeyRefreshInterval);
  CHECK(login.identify(token));
}

TEST_CASE("keys come from a file, and a discovery document of another issuer does not count") {
  Login login;
  login.config.jwks_file = "/keys.json";
  login.world.files.content["/keys.json"] = login.keys;
  login.start();
  CHECK(login.identify(login.maker.sign(login.claims())));
  CHECK(login.asked == 0);

  Login other;
  other.discovery = R"({"issuer":"https://evil.example.org","jwks_uri":"https://login.example.org/keys"})";
  other.start();
  CHECK_FALSE(other.identify(other.maker.sign(other.claims())));
  CHECK(other.asked == 0);
}

}  // namespace
}  // namespace hanse::zone
