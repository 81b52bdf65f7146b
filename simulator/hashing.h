// SimulatedHashing: real sums over the files of a simulated process. Thread: the loop. Failure: those of
// Files.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "io/openssl_hashing.h"
#include "runtime/runtime.h"

namespace hanse::simulator {

class SimulatedHashing final : public Hashing {
 public:
  explicit SimulatedHashing(Runtime& runtime)
      : files_(runtime.files), sums_(runtime.blocking, runtime.scheduler) {}

  std::unique_ptr<Sha256> sha256() override { return sums_.sha256(); }
  Task<Result<std::string>> sha256_of_file(std::string path) override;
  std::string hmac_sha256(std::string_view key, std::string_view text) override {
    return sums_.hmac_sha256(key, text);
  }

 private:
  Files& files_;
  io::OpensslHashing sums_;  // never asked for a file: it would read a real one
};

}  // namespace hanse::simulator
