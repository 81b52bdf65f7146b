// Hashing: SHA-256 of data as it comes and of files, and HMAC-SHA256. The real one is in io/ (OpenSSL).
//
// Thread: any for sha256() and hmac_sha256(); the loop for sha256_of_file(), which reads on the blocking
// executor.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"

namespace hanse {

class Sha256 {
 public:
  virtual ~Sha256() = default;
  virtual void update(std::span<const std::byte> data) = 0;
  // Lower-case hexadecimal. Requires: called once, and no update() after it.
  virtual std::string finish() = 0;
};

class Hashing {
 public:
  virtual ~Hashing() = default;
  virtual std::unique_ptr<Sha256> sha256() = 0;
  // Errors: those of reading it.
  virtual Task<Result<std::string>> sha256_of_file(std::string path) = 0;
  // 32 raw bytes.
  virtual std::string hmac_sha256(std::string_view key, std::string_view text) = 0;
};

// Compares in a time that does not depend on where they differ: for tokens and signatures.
inline bool equal_in_constant_time(std::string_view left, std::string_view right) {
  unsigned char difference = left.size() == right.size() ? 0 : 1;
  for (std::size_t i = 0; i < left.size() && i < right.size(); ++i)
    difference |= static_cast<unsigned char>(left[i]) ^ static_cast<unsigned char>(right[i]);
  return difference == 0;
}

}  // namespace hanse
