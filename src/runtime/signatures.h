// Signatures: Ed25519 keys with which a zone signs what it says to the federation. Keys and signatures are
// lower-case hexadecimal texts, private keys are PEM; the real one is in io/ (OpenSSL).
//
// Thread: any; each call takes well below a millisecond. Failure: invalid_argument for unusable texts.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace hanse {

inline constexpr std::size_t kPublicKeyDigits = 64;   // 32 bytes
inline constexpr std::size_t kSignatureDigits = 128;  // 64 bytes

struct SigningKey {
  std::string public_key = {};
  std::string key_pem = {};
};

class Signatures {
 public:
  virtual ~Signatures() = default;
  virtual Result<SigningKey> make_key() = 0;
  virtual Result<std::string> public_key_of(std::string_view key_pem) = 0;
  virtual Result<std::string> sign(std::string_view key_pem, std::string_view message) = 0;
  // False also for texts that are no key or no signature.
  virtual bool verify(std::string_view public_key, std::string_view message, std::string_view signature) = 0;
};

}  // namespace hanse
