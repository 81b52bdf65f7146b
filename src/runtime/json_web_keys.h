// JSON web keys: the public keys with which issuers sign the tokens of people. A key has exactly one
// algorithm, which follows from what it is, so that no token can choose another for it. The real one is in
// io/ (OpenSSL).
//
// Thread: any. Failure: invalid_argument for a key that is malformed or too weak.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hanse {

enum class TokenAlgorithm {
  rs256,  // RSA, PKCS #1 v1.5, SHA-256
  es256,  // ECDSA over P-256, SHA-256
  eddsa,  // Ed25519
};

inline constexpr int kMinRsaBits = 2048;
inline constexpr int kMaxRsaBits = 8192;  // longer ones only cost time

// The parts of a key as raw bytes, numbers with the highest byte first.
struct WebKey {
  std::string id = {};  // "kid"; empty: it has none
  TokenAlgorithm algorithm = TokenAlgorithm::eddsa;
  std::string modulus = {};   // rs256
  std::string exponent = {};  // rs256
  std::string x = {};         // es256 and eddsa, 32 bytes
  std::string y = {};         // es256, 32 bytes
};

class VerifyingKey {
 public:
  virtual ~VerifyingKey() = default;
  // `signature` as tokens carry it: raw bytes, for es256 the two numbers one after the other.
  virtual bool verify(std::string_view message, std::string_view signature) const = 0;
};

class JsonWebKeys {
 public:
  virtual ~JsonWebKeys() = default;
  virtual Result<std::unique_ptr<VerifyingKey>> read(const WebKey& key) = 0;
};

}  // namespace hanse
