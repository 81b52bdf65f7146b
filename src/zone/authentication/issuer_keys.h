// IssuerKeys: the keys of one issuer in memory. They are read again each hour, and at most once a minute when
// a token names a key that is not known; when reading fails, those that are there stay.
//
// Lifecycle: construct, run keep() for as long as it lives. Thread: the loop. Failure: none; what goes wrong
// is in the log.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "runtime/json_web_keys.h"
#include "runtime/runtime.h"
#include "runtime/signal.h"
#include "zone/authentication/issuer_config.h"

namespace hanse::zone {

inline constexpr Seconds kKeyRefreshInterval{3600};
inline constexpr Seconds kKeyRefreshPause{60};  // at least this between two readings

class IssuerKeys {
 public:
  IssuerKeys(Runtime& runtime, JsonWebKeys& reader, IssuerConfig issuer);

  // Null when it is not known. A token without a key id means the one key of its algorithm.
  const VerifyingKey* find(const std::string& key_id, TokenAlgorithm algorithm) const;
  // Changes with the keys.
  std::uint64_t generation() const { return generation_; }

  // Reads the keys, again and again.
  Task<void> keep();
  // Has them read when that may help, and waits for it.
  Task<void> refresh();

 private:
  struct Known {
    std::string id;
    TokenAlgorithm algorithm;
    std::unique_ptr<VerifyingKey> key;
  };
  Task<Status> read();
  bool may_refresh() const;

  Runtime& runtime_;
  Logger log_;
  JsonWebKeys& reader_;
  IssuerConfig issuer_;
  std::vector<Known> keys_;
  std::uint64_t generation_ = 0;
  std::optional<MonotonicTime> last_read_;  // begun
  bool reading_ = false;
  Signal wanted_;
  Signal done_;
};

}  // namespace hanse::zone
