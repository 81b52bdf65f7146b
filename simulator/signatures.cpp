#include "simulator/signatures.h"

namespace hanse::simulator {
namespace {

constexpr std::string_view kMark = "sim-signing-key ";

}  // namespace

std::string signing_key_text(const std::string& public_key) {
  return fmt::format("{}{}\n", kMark, public_key);
}

Result<SigningKey> SimulatedSignatures::make_key() {
  const std::string key = random_token(random_, static_cast<int>(kPublicKeyDigits));
  return SigningKey{key, signing_key_text(key)};
}

Result<std::string> SimulatedSignatures::public_key_of(std::string_view key_pem) {
  if (!key_pem.starts_with(kMark) || key_pem.size() < kMark.size() + kPublicKeyDigits)
    return fail(Code::invalid_argument, "the text holds no signing key; make a new one");
  return std::string(key_pem.substr(kMark.size(), kPublicKeyDigits));
}

std::string SimulatedSignatures::signature_of(std::string_view public_key, std::string_view message) {
  const auto hash = hashing_.sha256();
  for (const std::string_view part : {public_key, std::string_view("\n"), message})
    hash->update(std::as_bytes(std::span(part.data(), part.size())));
  const std::string half = hash->finish();
  return half + half;
}

Result<std::string> SimulatedSignatures::sign(std::string_view key_pem, std::string_view message) {
  HANSE_TRY(const std::string key, public_key_of(key_pem));
  return signature_of(key, message);
}

bool SimulatedSignatures::verify(std::string_view public_key, std::string_view message,
                                 std::string_view signature) {
  return signature == signature_of(public_key, message);
}

}  // namespace hanse::simulator
