#include "zone/authentication/local_issuer.h"

#include <boost/json.hpp>
#include <utility>

#include "codec/base64url.h"
#include "codec/json_web_key_set.h"
#include "federation/peers.h"

namespace hanse::zone {
namespace {

constexpr std::size_t kKeyIdDigits = 16;  // of the public key
constexpr int kTokenIdDigits = 16;

std::string to_hexadecimal(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

// Requires: lower-case hexadecimal, as Signatures gives it.
std::string from_hexadecimal(std::string_view text) {
  const auto value_of = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes += static_cast<char>(value_of(text[i]) * 16 + value_of(text[i + 1]));
  return bytes;
}

std::int64_t seconds_of(WallTime time) {
  return std::chrono::duration_cast<Seconds>(since_epoch(time)).count();
}

}  // namespace

LocalIssuer::LocalIssuer(Runtime& runtime, Signatures& signatures, const std::string& zone,
                         std::string folder)
    : runtime_(runtime),
      signatures_(signatures),
      key_path_(std::move(folder) + "/token-key.pem"),
      terms_{.name = zone,
             .issuer = federation::zone_name_uri(zone),
             .audience = federation::zone_name_uri(zone),
             .leeway = Seconds{0}} {}

Task<Status> LocalIssuer::load_or_create() {
  const Result<std::string> kept = co_await runtime_.files.read(key_path_, kSmallFileLimit);
  if (kept) {
    key_.key_pem = *kept;
    auto public_key = signatures_.public_key_of(*kept);
    if (!public_key) {
      co_return fail(Code::data_loss, "{} cannot be used: {}; remove it, which ends all tokens of this zone",
                     key_path_, public_key.error().message);
    }
    key_.public_key = std::move(*public_key);
    co_return Status();
  }
  if (kept.error().code != Code::not_found) co_return fail(kept.error());
  HANSE_CO_TRY(key_, signatures_.make_key());
  co_return co_await runtime_.files.write_atomically(key_path_, key_.key_pem);
}

bool LocalIssuer::issued(const codec::JsonWebToken& token) const {
  const json::Value* issuer = token.claims.if_contains("iss");
  return issuer != nullptr && issuer->is_string() && std::string_view(issuer->get_string()) == terms_.issuer;
}

Result<Caller> LocalIssuer::identify(const codec::JsonWebToken& token) const {
  if (token.algorithm != TokenAlgorithm::eddsa ||
      !signatures_.verify(key_.public_key, token.signed_text, to_hexadecimal(token.signature))) {
    return fail(Code::unauthenticated,
                "the token's signature is not that of zone '{}'; log in again with 'hanse login'",
                terms_.name);
  }
  HANSE_TRY(Caller caller, caller_of_claims(token.claims, terms_, runtime_.clock.wall_now()));
  caller.administrator = caller.name == kAdministrator;
  caller.issuer = terms_.issuer;
  return caller;
}

Result<std::string> LocalIssuer::issue(const std::string& subject, Seconds lifetime) const {
  const WallTime now = runtime_.clock.wall_now();
  const json::Object claims{{"iss", terms_.issuer},
                            {"aud", terms_.audience},
                            {"sub", subject},
                            {"iat", seconds_of(now)},
                            {"exp", seconds_of(now + lifetime)},
                            {"jti", random_token(runtime_.random, kTokenIdDigits)}};
  const std::string text =
      codec::json_web_token_text(TokenAlgorithm::eddsa, key_.public_key.substr(0, kKeyIdDigits), claims);
  HANSE_TRY(const std::string signature, signatures_.sign(key_.key_pem, text));
  return text + "." + codec::to_base64url(from_hexadecimal(signature));
}

json::Object LocalIssuer::key_set() const {
  return codec::web_key_set({{.id = key_.public_key.substr(0, kKeyIdDigits),
                              .algorithm = TokenAlgorithm::eddsa,
                              .x = from_hexadecimal(key_.public_key)}});
}

}  // namespace hanse::zone
