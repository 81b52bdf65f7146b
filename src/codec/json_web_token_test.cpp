#include "codec/json_web_token.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "codec/base64url.h"
#include "codec/json_web_key_set.h"

namespace hanse::codec {
namespace {

std::string token_of(std::string_view header, std::string_view payload = R"({"sub":"alice"})") {
  return to_base64url(header) + "." + to_base64url(payload) + "." + to_base64url("signature");
}

std::string refusal(const std::string& token) {
  const auto parsed = parse_json_web_token(token);
  if (parsed) return "";
  CHECK(parsed.error().code == Code::unauthenticated);
  return parsed.error().message;
}

bool refused_for(const std::string& token, std::string_view reason) {
  return refusal(token).find(reason) != std::string::npos;
}

TEST_CASE("base64url has one text for each value") {
  for (const std::string_view bytes : {"", "a", "ab", "abc", "\xff\xfe\xfd\xfc", "?>?>"}) {
    CHECK(from_base64url(to_base64url(bytes)) == std::string(bytes));
  }
  CHECK(to_base64url("\xfb\xff\xbf") == "-_-_");
  for (const std::string_view text : {"YQ==", "YQ=", "a", "Y+_/", "YR", "Y Q", "YWJ\n", "=", "YQ.."}) {
    CAPTURE(text);
    CHECK_FALSE(from_base64url(text));
  }
}

TEST_CASE("a token is taken apart") {
  const json::Object claims{{"sub", "alice"}, {"exp", 4'000'000'000}};
  const std::string text = json_web_token_text(TokenAlgorithm::es256, "key-1", claims);
  const auto token = parse_json_web_token(text + "." + to_base64url("signature"));
  REQUIRE(token);
  CHECK(token->algorithm == TokenAlgorithm::es256);
  CHECK(token->key_id == "key-1");
  CHECK(token->claims == claims);
  CHECK(token->signed_text == text);
  CHECK(token->signature == "signature");
  CHECK(parse_json_web_token(token_of(R"({"alg":"RS256","typ":"at+jwt"})"))->key_id.empty());
}

TEST_CASE("no other algorithm than those of public keys is taken") {
  for (const std::string_view algorithm : {"none", "None", "HS256", "HS384", "HS512", "rs256", "RS512", ""}) {
    CAPTURE(algorithm);
    CHECK(refused_for(token_of(fmt::format(R"({{"alg":"{}"}})", algorithm)), "not signed by one of"));
  }
  CHECK(refused_for(token_of("{}"), "not signed by one of"));
  CHECK(refused_for(token_of(R"({"alg":["RS256"]})"), "no string"));
}

TEST_CASE("what is no token of this form is refused, and the message holds nothing of it") {
  const std::string good = R"({"alg":"RS256"})";
  CHECK(refused_for("one.two", "three parts"));
  CHECK(refused_for("a.b.c.d", "three parts"));
  CHECK(refused_for("=." + to_base64url("{}") + ".YQ", "header is not base64url"));
  CHECK(refused_for(token_of("[1]"), "header is no JSON object"));
  CHECK(refused_for(token_of(good, "secret-text"), "payload is no JSON object"));
  CHECK(refusal(token_of(good, "secret-text")).find("secret") == std::string::npos);
  CHECK(refused_for(token_of(good, R"({"sub":"a","sub":"b"})"), "payload is no JSON object"));
  CHECK(refused_for(token_of(good) + "=", "signature is not base64url"));
  CHECK(refused_for(to_base64url(good) + "." + to_base64url("{}") + ".", "signature is not base64url"));
  CHECK(refused_for(token_of(R"({"alg":"RS256","crit":["b64"],"b64":false})"), "crit"));
  CHECK(refused_for(token_of(R"({"alg":"RS256","typ":"logout+jwt"})"), "typ"));
  CHECK(refused_for(token_of(R"({"alg":"RS256","kid":7})"), "no string"));
  CHECK(refused_for(std::string(kMaxTokenBytes + 1, 'a'), "the limit is 8192"));
}

TEST_CASE("a key set keeps what verifies tokens") {
  const std::vector<WebKey> keys{
      {.id = "r", .algorithm = TokenAlgorithm::rs256, .modulus = "modulus", .exponent = "e"},
      {.id = "e", .algorithm = TokenAlgorithm::es256, .x = "x", .y = "y"},
      {.id = "o", .algorithm = TokenAlgorithm::eddsa, .x = "xx"}};
  const auto again = parse_web_key_set(json::dump(web_key_set(keys)));
  REQUIRE(again);
  REQUIRE(again->size() == 3);
  CHECK(again->at(0).modulus == "modulus");
  CHECK(again->at(1).y == "y");
  CHECK(again->at(2).id == "o");

  const auto kept = parse_web_key_set(R"({"keys":[
    {"kty":"oct","k":"YQ"}, {"kty":"EC","crv":"P-384","x":"YQ","y":"YQ"},
    {"kty":"RSA","use":"enc","n":"YQ","e":"YQ"}, {"kty":"RSA","alg":"RS512","n":"YQ","e":"YQ"}]})");
  REQUIRE(kept);
  CHECK(kept->empty());
  for (const std::string_view text :
       {"[]", "{}", R"({"keys":{}})", R"({"keys":[1]})", R"({"keys":[{"kty":"RSA","n":"YQ"}]})",
        R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"YQ=="}]})"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_web_key_set(text));
  }
  json::Array many(kMaxWebKeys + 1, json::Object{{"kty", "oct"}});
  CHECK_FALSE(parse_web_key_set(json::dump(json::Object{{"keys", many}})));
}

}  // namespace
}  // namespace hanse::codec
