// The Signatures of the real runtime, by OpenSSL. Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "runtime/signatures.h"

namespace hanse::io {

class OpensslSignatures final : public Signatures {
 public:
  Result<SigningKey> make_key() override;
  Result<std::string> public_key_of(std::string_view key_pem) override;
  Result<std::string> sign(std::string_view key_pem, std::string_view message) override;
  bool verify(std::string_view public_key, std::string_view message, std::string_view signature) override;
};

}  // namespace hanse::io
