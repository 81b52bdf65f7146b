// The Hashing of the real runtime, by OpenSSL. Failure: when OpenSSL has no SHA-256 it throws, at start-up.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "runtime/blocking.h"
#include "runtime/hashing.h"

namespace hanse::io {

class OpensslHashing final : public Hashing {
 public:
  OpensslHashing(BlockingExecutor& blocking, Scheduler& scheduler)
      : blocking_(blocking), scheduler_(scheduler) {}

  std::unique_ptr<Sha256> sha256() override;
  Task<Result<std::string>> sha256_of_file(std::string path) override;
  std::string hmac_sha256(std::string_view key, std::string_view text) override;

 private:
  BlockingExecutor& blocking_;
  Scheduler& scheduler_;
};

}  // namespace hanse::io
