// SimulatedSignatures: a signature is the hash of the private key and the message, which everybody can look
// up by the public key; it proves nothing to an attacker, but only what was signed verifies. Keys come from
// the process's own chance. Thread: the loop. Failure: as Signatures says.
#pragma once

#include <string>
#include <string_view>

#include "runtime/hashing.h"
#include "runtime/random.h"
#include "runtime/signatures.h"

namespace hanse::simulator {

// The private key, as PEM, to a public one.
std::string signing_key_text(const std::string& public_key);

class SimulatedSignatures final : public Signatures {
 public:
  SimulatedSignatures(Random& random, Hashing& hashing) : random_(random), hashing_(hashing) {}

  Result<SigningKey> make_key() override;
  Result<std::string> public_key_of(std::string_view key_pem) override;
  Result<std::string> sign(std::string_view key_pem, std::string_view message) override;
  bool verify(std::string_view public_key, std::string_view message, std::string_view signature) override;

 private:
  std::string signature_of(std::string_view public_key, std::string_view message);

  Random& random_;
  Hashing& hashing_;
};

}  // namespace hanse::simulator
