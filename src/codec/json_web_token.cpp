#include "codec/json_web_token.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "codec/base64url.h"

namespace hanse::codec {
namespace {

struct NamedAlgorithm {
  std::string_view name;
  TokenAlgorithm algorithm;
};
// The first name of each is the one that is written. "none" and the HMACs are not here, and must never be.
constexpr std::array<NamedAlgorithm, 4> kAlgorithms{{{"RS256", TokenAlgorithm::rs256},
                                                     {"ES256", TokenAlgorithm::es256},
                                                     {"EdDSA", TokenAlgorithm::eddsa},
                                                     {"Ed25519", TokenAlgorithm::eddsa}}};

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

Result<json::Object> part_of(std::string_view part, std::string_view what) {
  const std::optional<std::string> text = from_base64url(part);
  if (!text)
    return fail(Code::unauthenticated, "the token's {} is not base64url; copy the token whole", what);
  Result<json::Value> value = json::parse(*text);
  if (!value || !value->is_object())
    return fail(Code::unauthenticated, "the token's {} is no JSON object; ask for a new token", what);
  return std::move(value->get_object());
}

// Nothing when it is not there. Errors: also when it is no string.
Result<std::optional<std::string_view>> text_member(const json::Object& header, std::string_view name) {
  const json::Value* member = header.if_contains(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_string())
    return fail(Code::unauthenticated, "the token's header has a '{}' that is no string", name);
  return std::string_view(member->get_string());
}

Status check_header(const json::Object& header) {
  if (header.contains("crit"))
    return fail(Code::unauthenticated, "the token needs extensions ('crit') that this zone does not have");
  HANSE_TRY(const std::optional<std::string_view> type, text_member(header, "typ"));
  const std::string name = type ? lower_case(*type) : "jwt";
  if (name != "jwt" && name != "at+jwt" && name != "application/at+jwt")
    return fail(Code::unauthenticated,
                "the token's 'typ' is neither JWT nor at+jwt; it is made for something else");
  return {};
}

}  // namespace

bool looks_like_json_web_token(std::string_view text) {
  return std::count(text.begin(), text.end(), '.') == 2;
}

Result<JsonWebToken> parse_json_web_token(std::string_view text) {
  if (text.size() > kMaxTokenBytes)
    return fail(Code::unauthenticated, "the token has {} bytes; the limit is {}", text.size(),
                kMaxTokenBytes);
  if (!looks_like_json_web_token(text))
    return fail(Code::unauthenticated, "the token does not have three parts; copy the token whole");
  const std::size_t first = text.find('.');
  const std::size_t second = text.rfind('.');
  HANSE_TRY(const json::Object header, part_of(text.substr(0, first), "header"));
  HANSE_CHECK(check_header(header));
  JsonWebToken token;
  HANSE_TRY(const std::optional<std::string_view> name, text_member(header, "alg"));
  const std::optional<TokenAlgorithm> algorithm = token_algorithm_of(name.value_or(""));
  if (!algorithm)
    return fail(Code::unauthenticated, "the token is not signed by one of RS256, ES256 and EdDSA");
  token.algorithm = *algorithm;
  HANSE_TRY(const std::optional<std::string_view> key_id, text_member(header, "kid"));
  token.key_id = std::string(key_id.value_or(""));
  HANSE_TRY(token.claims, part_of(text.substr(first + 1, second - first - 1), "payload"));
  std::optional<std::string> signature = from_base64url(text.substr(second + 1));
  if (!signature || signature->empty())
    return fail(Code::unauthenticated, "the token's signature is not base64url; copy the token whole");
  token.signature = std::move(*signature);
  token.signed_text = std::string(text.substr(0, second));
  return token;
}

std::string_view token_algorithm_name(TokenAlgorithm algorithm) {
  for (const NamedAlgorithm& named : kAlgorithms) {
    if (named.algorithm == algorithm) return named.name;
  }
  return "";
}

std::optional<TokenAlgorithm> token_algorithm_of(std::string_view name) {
  for (const NamedAlgorithm& named : kAlgorithms) {
    if (named.name == name) return named.algorithm;
  }
  return std::nullopt;
}

std::string json_web_token_text(TokenAlgorithm algorithm, std::string_view key_id,
                                const json::Object& claims) {
  const json::Object header{{"alg", token_algorithm_name(algorithm)}, {"typ", "JWT"}, {"kid", key_id}};
  return to_base64url(json::dump(header)) + "." + to_base64url(json::dump(claims));
}

}  // namespace hanse::codec
