// InProgress: that something is being done about a key, for as long as this object lives, whatever ends it.
//
// Thread: the loop. Failure: none.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "base/task.h"
#include "runtime/signal.h"

namespace hanse {

struct KeysInProgress {
  explicit KeysInProgress(Scheduler& scheduler) : changed(scheduler) {}
  std::set<std::string> keys;
  Signal changed;
};

class InProgress {
 public:
  // Requires: nothing is being done about it; `all` outlives this.
  InProgress(KeysInProgress& all, std::string key) : all_(all), key_(std::move(key)) {
    all_.keys.insert(key_);
  }
  ~InProgress() {
    all_.keys.erase(key_);
    all_.changed.notify();
  }
  InProgress(const InProgress&) = delete;
  InProgress& operator=(const InProgress&) = delete;

  // Completes when nothing is being done about the key.
  static Task<void> wait_for_none(KeysInProgress& all, std::string key) {
    for (;;) {
      const std::uint64_t seen = all.changed.version();
      if (!all.keys.contains(key)) co_return;
      co_await all.changed.changed_since(seen);
    }
  }

 private:
  KeysInProgress& all_;
  std::string key_;
};

}  // namespace hanse
