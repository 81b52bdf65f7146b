#include "zone/authentication/issuer_keys.h"

#include <utility>

#include "zone/authentication/key_source.h"

namespace hanse::zone {

IssuerKeys::IssuerKeys(Runtime& runtime, JsonWebKeys& reader, IssuerConfig issuer)
    : runtime_(runtime),
      log_(runtime.log, "issuers"),
      reader_(reader),
      issuer_(std::move(issuer)),
      wanted_(runtime.scheduler),
      done_(runtime.scheduler) {}

const VerifyingKey* IssuerKeys::find(const std::string& key_id, TokenAlgorithm algorithm) const {
  const VerifyingKey* found = nullptr;
  for (const Known& known : keys_) {
    if (known.algorithm != algorithm || (!key_id.empty() && known.id != key_id)) continue;
    if (found != nullptr) return nullptr;  // it is not clear which one is meant
    found = known.key.get();
  }
  return found;
}

bool IssuerKeys::may_refresh() const {
  return !last_read_ || runtime_.clock.now() - *last_read_ >= kKeyRefreshPause;
}

Task<Status> IssuerKeys::read() {
  HANSE_CO_TRY(const std::vector<WebKey> read, co_await read_issuer_keys(runtime_, issuer_));
  std::vector<Known> keys;
  for (const WebKey& key : read) {
    auto usable = reader_.read(key);
    if (!usable) {
      log_.warning("issuer '{}': {}", issuer_.name, usable.error().message);
      continue;
    }
    keys.push_back({key.id, key.algorithm, std::move(*usable)});
  }
  if (keys.empty())
    co_return fail(Code::invalid_argument,
                   "the key set has no key for RS256, ES256 or EdDSA that can be used");
  keys_ = std::move(keys);
  ++generation_;
  co_return Status();
}

Task<void> IssuerKeys::keep() {
  while (true) {
    const std::uint64_t seen = wanted_.version();
    last_read_ = runtime_.clock.now();
    reading_ = true;
    const Status done = co_await read();
    reading_ = false;
    done_.notify();
    if (!done) {
      log_.warning("the keys of issuer '{}' cannot be read, {} are kept: {}", issuer_.name, keys_.size(),
                   done.error().message);
    }
    co_await wanted_.changed_since(seen, done ? kKeyRefreshInterval : kKeyRefreshPause);
  }
}

Task<void> IssuerKeys::refresh() {
  const std::uint64_t seen = done_.version();
  if (!reading_) {
    if (!may_refresh()) co_return;
    wanted_.notify();
  }
  // Discovery and the keys are two requests.
  co_await done_.changed_since(seen, 2 * kKeyRequestLimit);
}

}  // namespace hanse::zone
