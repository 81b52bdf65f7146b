#include "io/openssl_web_keys.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <optional>
#include <string>
#include <utility>

#include "io/openssl_handles.h"

namespace hanse::io {
namespace {

constexpr std::size_t kCoordinateBytes = 32;  // of P-256 and of Ed25519
constexpr std::size_t kMaxExponentBytes = 8;
constexpr char kCurve[] = "prime256v1";
constexpr char kUncompressed = 4;  // what a point begins with that has both coordinates

NumberHandle number_of(std::string_view bytes) {
  return NumberHandle(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

// What OpenSSL calls the parameters of a key, while they are collected.
class KeyParameters {
 public:
  KeyParameters() : builder_(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free) {}

  OSSL_PARAM_BLD* get() { return builder_.get(); }

  KeyHandle make(const char* type) {
    const std::unique_ptr<OSSL_PARAM, void (*)(OSSL_PARAM*)> parameters(
        OSSL_PARAM_BLD_to_param(builder_.get()), OSSL_PARAM_free);
    const std::unique_ptr<EVP_PKEY_CTX, void (*)(EVP_PKEY_CTX*)> context(
        EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), EVP_PKEY_CTX_free);
    EVP_PKEY* key = nullptr;
    if (parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1)
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get());
    return KeyHandle(key);
  }

 private:
  std::unique_ptr<OSSL_PARAM_BLD, void (*)(OSSL_PARAM_BLD*)> builder_;
};

KeyHandle rsa_key(const WebKey& key) {
  const NumberHandle modulus = number_of(key.modulus);
  const NumberHandle exponent = number_of(key.exponent);
  KeyParameters parameters;
  if (!modulus || !exponent || OSSL_PARAM_BLD_push_BN(parameters.get(), "n", modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(parameters.get(), "e", exponent.get()) != 1)
    return nullptr;
  return parameters.make("RSA");
}

KeyHandle elliptic_key(const WebKey& key) {
  if (key.x.size() != kCoordinateBytes || key.y.size() != kCoordinateBytes) return nullptr;
  const std::string point = kUncompressed + key.x + key.y;
  KeyParameters parameters;
  if (OSSL_PARAM_BLD_push_utf8_string(parameters.get(), OSSL_PKEY_PARAM_GROUP_NAME, kCurve, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(parameters.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1)
    return nullptr;
  return parameters.make("EC");
}

KeyHandle edwards_key(const WebKey& key) {
  if (key.x.size() != kCoordinateBytes) return nullptr;
  return KeyHandle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(key.x), key.x.size()));
}

KeyHandle key_of(const WebKey& key) {
  if (key.algorithm == TokenAlgorithm::rs256) return rsa_key(key);
  return key.algorithm == TokenAlgorithm::es256 ? elliptic_key(key) : edwards_key(key);
}

// OpenSSL takes ECDSA signatures as DER only. Nothing when it does not have two numbers.
std::optional<std::string> der_of(std::string_view signature) {
  if (signature.size() != 2 * kCoordinateBytes) return std::nullopt;
  const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> numbers(ECDSA_SIG_new(), ECDSA_SIG_free);
  NumberHandle r = number_of(signature.substr(0, kCoordinateBytes));
  NumberHandle s = number_of(signature.substr(kCoordinateBytes));
  if (!numbers || !r || !s) return std::nullopt;
  // The signature owns both from now on; this fails for null only.
  ECDSA_SIG_set0(numbers.get(), r.release(), s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(numbers.get(), &der);
  if (size <= 0) return std::nullopt;
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

class OpensslVerifyingKey final : public VerifyingKey {
 public:
  OpensslVerifyingKey(KeyHandle key, TokenAlgorithm algorithm)
      : key_(std::move(key)), algorithm_(algorithm) {}

  bool verify(std::string_view message, std::string_view signature) const override {
    std::optional<std::string> form(signature);
    if (algorithm_ == TokenAlgorithm::es256) form = der_of(signature);
    const DigestHandle context(EVP_MD_CTX_new());
    const EVP_MD* digest = algorithm_ == TokenAlgorithm::eddsa ? nullptr : EVP_sha256();
    const bool good =
        form && context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1 &&
        EVP_DigestVerify(context.get(), bytes_of(*form), form->size(), bytes_of(message), message.size()) ==
            1;
    if (!good) (void)openssl_reason();  // empties the thread's queue of errors
    return good;
  }

 private:
  KeyHandle key_;
  TokenAlgorithm algorithm_;
};

}  // namespace

Result<std::unique_ptr<VerifyingKey>> OpensslWebKeys::read(const WebKey& key) {
  KeyHandle handle = key_of(key);
  if (!handle) {
    return fail(Code::invalid_argument, "key '{}' cannot be used: {}; ask the issuer for its keys", key.id,
                openssl_reason());
  }
  const int bits = EVP_PKEY_get_bits(handle.get());
  const bool strong = key.algorithm != TokenAlgorithm::rs256 || (bits >= kMinRsaBits && bits <= kMaxRsaBits &&
                                                                 key.exponent.size() <= kMaxExponentBytes);
  if (!strong) {
    return fail(Code::invalid_argument,
                "RSA key '{}' has {} bits; from {} to {} and a short exponent are allowed", key.id, bits,
                kMinRsaBits, kMaxRsaBits);
  }
  return std::make_unique<OpensslVerifyingKey>(std::move(handle), key.algorithm);
}

}  // namespace hanse::io
