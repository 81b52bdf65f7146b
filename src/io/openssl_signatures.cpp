#include "io/openssl_signatures.h"

#include <array>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <optional>
#include <vector>

#include "io/openssl_handles.h"
#include "io/x509_reading.h"

namespace hanse::io {
namespace {

constexpr std::size_t kKeyBytes = kPublicKeyDigits / 2;
constexpr std::size_t kSignatureBytes = kSignatureDigits / 2;

int value_of(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

// Nothing when it is not lower-case hexadecimal of that many bytes: one value has one text.
std::optional<std::vector<unsigned char>> from_hex(std::string_view text, std::size_t size) {
  if (text.size() != 2 * size) return std::nullopt;
  std::vector<unsigned char> bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    const int high = value_of(text[2 * i]);
    const int low = value_of(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<unsigned char>(high * 16 + low);
  }
  return bytes;
}

Result<KeyHandle> signing_key(std::string_view pem) {
  HANSE_TRY(KeyHandle key, key_of_pem(pem));
  if (EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519)
    return fail(Code::invalid_argument, "the key is not an Ed25519 key; make a new one");
  return key;
}

Result<std::string> public_text(evp_pkey_st* key) {
  std::array<unsigned char, kKeyBytes> raw{};
  std::size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(key, raw.data(), &size) != 1)
    return fail(Code::internal, "the public key cannot be read: {}", openssl_reason());
  return to_hex(raw.data(), size);
}

}  // namespace

Result<SigningKey> OpensslSignatures::make_key() {
  const KeyHandle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!key) return fail(Code::internal, "no key can be made: {}", openssl_reason());
  const BioHandle output = writing_bio();
  PEM_write_bio_PKCS8PrivateKey(output.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  HANSE_TRY(std::string text, public_text(key.get()));
  return SigningKey{std::move(text), written_text(output.get())};
}

Result<std::string> OpensslSignatures::public_key_of(std::string_view key_pem) {
  HANSE_TRY(const KeyHandle key, signing_key(key_pem));
  return public_text(key.get());
}

Result<std::string> OpensslSignatures::sign(std::string_view key_pem, std::string_view message) {
  HANSE_TRY(const KeyHandle key, signing_key(key_pem));
  const DigestHandle context(EVP_MD_CTX_new());
  std::array<unsigned char, kSignatureBytes> signature{};
  std::size_t size = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, bytes_of(message), message.size()) != 1)
    return fail(Code::internal, "nothing can be signed: {}", openssl_reason());
  return to_hex(signature.data(), size);
}

bool OpensslSignatures::verify(std::string_view public_key, std::string_view message,
                               std::string_view signature) {
  const auto raw_key = from_hex(public_key, kKeyBytes);
  const auto raw_signature = from_hex(signature, kSignatureBytes);
  if (!raw_key || !raw_signature) return false;
  const KeyHandle key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw_key->data(), raw_key->size()));
  const DigestHandle context(EVP_MD_CTX_new());
  const bool good = key && context &&
                    EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
                    EVP_DigestVerify(context.get(), raw_signature->data(), raw_signature->size(),
                                     bytes_of(message), message.size()) == 1;
  if (!good) (void)openssl_reason();  // empties the thread's queue of errors
  return good;
}

}  // namespace hanse::io
