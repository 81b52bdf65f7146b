#include "codec/json_web_key_set.h"

#include <boost/json.hpp>
#include <optional>
#include <utility>

#include "codec/base64url.h"
#include "codec/json_web_token.h"

namespace hanse::codec {
namespace {

std::string_view text_of(const json::Object& key, std::string_view name) {
  const json::Value* member = key.if_contains(name);
  return member != nullptr && member->is_string() ? std::string_view(member->get_string())
                                                  : std::string_view();
}

Result<std::string> bytes_of(const json::Object& key, std::string_view name) {
  std::optional<std::string> bytes = from_base64url(text_of(key, name));
  if (bytes && !bytes->empty()) return std::move(*bytes);
  return fail(Code::invalid_argument,
              "a key of the set has no '{}' in base64url; ask the issuer for its keys", name);
}

std::optional<TokenAlgorithm> algorithm_of(const json::Object& key) {
  const std::string_view type = text_of(key, "kty");
  const std::string_view curve = text_of(key, "crv");
  if (type == "RSA") return TokenAlgorithm::rs256;
  if (type == "EC" && curve == "P-256") return TokenAlgorithm::es256;
  if (type == "OKP" && curve == "Ed25519") return TokenAlgorithm::eddsa;
  return std::nullopt;
}

// Nothing for a key that is not for the signatures of tokens, or for an algorithm that is not ours.
Result<std::optional<WebKey>> read_key(const json::Object& object) {
  const std::optional<TokenAlgorithm> algorithm = algorithm_of(object);
  const std::string_view use = text_of(object, "use");
  const std::string_view named = text_of(object, "alg");
  if (!algorithm || (!use.empty() && use != "sig")) return std::nullopt;
  if (!named.empty() && token_algorithm_of(named) != algorithm) return std::nullopt;
  WebKey key{.id = std::string(text_of(object, "kid")), .algorithm = *algorithm};
  if (key.algorithm == TokenAlgorithm::rs256) {
    HANSE_TRY(key.modulus, bytes_of(object, "n"));
    HANSE_TRY(key.exponent, bytes_of(object, "e"));
  } else {
    HANSE_TRY(key.x, bytes_of(object, "x"));
    if (key.algorithm == TokenAlgorithm::es256) {
      HANSE_TRY(key.y, bytes_of(object, "y"));
    }
  }
  return key;
}

json::Object object_of(const WebKey& key) {
  json::Object out{{"kid", key.id}, {"use", "sig"}, {"alg", token_algorithm_name(key.algorithm)}};
  if (key.algorithm == TokenAlgorithm::rs256) {
    out["kty"] = "RSA";
    out["n"] = to_base64url(key.modulus);
    out["e"] = to_base64url(key.exponent);
    return out;
  }
  const bool elliptic = key.algorithm == TokenAlgorithm::es256;
  out["kty"] = elliptic ? "EC" : "OKP";
  out["crv"] = elliptic ? "P-256" : "Ed25519";
  out["x"] = to_base64url(key.x);
  if (elliptic) out["y"] = to_base64url(key.y);
  return out;
}

}  // namespace

Result<std::vector<WebKey>> parse_web_key_set(std::string_view text) {
  HANSE_TRY(const json::Value value, json::parse(text));
  const json::Object* set = value.if_object();
  const json::Value* listed = set == nullptr ? nullptr : set->if_contains("keys");
  if (listed == nullptr || !listed->is_array())
    return fail(Code::invalid_argument, "this is no JSON web key set: it has no list 'keys'");
  if (listed->get_array().size() > kMaxWebKeys) {
    return fail(Code::invalid_argument, "the set has {} keys; the limit is {}", listed->get_array().size(),
                kMaxWebKeys);
  }
  std::vector<WebKey> keys;
  for (const json::Value& element : listed->get_array()) {
    if (!element.is_object()) return fail(Code::invalid_argument, "a key of the set is no JSON object");
    HANSE_TRY(std::optional<WebKey> key, read_key(element.get_object()));
    if (key) keys.push_back(std::move(*key));
  }
  return keys;
}

json::Object web_key_set(const std::vector<WebKey>& keys) {
  json::Array listed;
  for (const WebKey& key : keys) listed.push_back(object_of(key));
  return {{"keys", std::move(listed)}};
}

}  // namespace hanse::codec
