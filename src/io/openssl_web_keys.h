// The JsonWebKeys of the real runtime, by OpenSSL. Thread: any; a key may be used by several at once.
#pragma once

#include <memory>

#include "runtime/json_web_keys.h"

namespace hanse::io {

class OpensslWebKeys final : public JsonWebKeys {
 public:
  Result<std::unique_ptr<VerifyingKey>> read(const WebKey& key) override;
};

}  // namespace hanse::io
