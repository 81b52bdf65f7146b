// Hashing for unit tests: no SHA-256, but of the same form: 64 hexadecimal digits that follow from the
// content.
#pragma once

#include <cstddef>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "runtime/hashing.h"
#include "tests/support/fake_files.h"

namespace hanse::test {

class FakeHashing final : public Hashing {
 public:
  explicit FakeHashing(FakeFiles& files) : files_(files) {}

  static std::string digest_of(std::string_view content) {
    const std::size_t hash = std::hash<std::string_view>{}(content);
    return fmt::format("{0:016x}{0:016x}{0:016x}{0:016x}", hash);
  }
  std::unique_ptr<Sha256> sha256() override { return std::make_unique<Collected>(); }
  Task<Result<std::string>> sha256_of_file(std::string path) override {
    HANSE_CO_TRY(const std::string content, co_await files_.read(path, Bytes{1LL << 40}));
    co_return digest_of(content);
  }
  std::string hmac_sha256(std::string_view key, std::string_view text) override {
    return digest_of(std::string(key) + "\n" + std::string(text)).substr(0, 32);
  }

 private:
  class Collected final : public Sha256 {
   public:
    void update(std::span<const std::byte> data) override {
      content_.append(reinterpret_cast<const char*>(data.data()), data.size());
    }
    std::string finish() override { return digest_of(content_); }

   private:
    std::string content_;
  };

  FakeFiles& files_;
};

}  // namespace hanse::test
