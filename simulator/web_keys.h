// The JsonWebKeys of the simulator: there are no issuers in it but the zones themselves, whose tokens
// Signatures proves. Thread: the loop. Failure: unimplemented.
#pragma once

#include <memory>

#include "runtime/json_web_keys.h"

namespace hanse::simulator {

class NoWebKeys final : public JsonWebKeys {
 public:
  Result<std::unique_ptr<VerifyingKey>> read(const WebKey& key) override {
    return fail(Code::unimplemented, "the simulator has no key '{}' of an issuer", key.id);
  }
};

}  // namespace hanse::simulator
