// ChangeFeed: hands the keys that change in the store to whoever asked for their prefix; at start, and when
// it fell behind, all keys there are, in slices between which the loop does other work.
//
// Lifecycle: subscribe, then run() for as long as the zone lives. Thread: the loop. A listener reads what is
// at a key now: it may be called more often than the key changes, and before or after others.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/task.h"
#include "runtime/runtime.h"
#include "runtime/signal.h"
#include "store/store.h"

namespace hanse::zone {

class ChangeFeed {
 public:
  using Listener = std::function<void(const std::string& key)>;

  ChangeFeed(Runtime& runtime, store::Store& store)
      : runtime_(runtime), log_(runtime.log, "store"), store_(store), completions_(runtime.scheduler) {}

  // Called for each key that begins with `prefix`. Requires: before run().
  void subscribe(std::string prefix, Listener listener) {
    listeners_.emplace_back(std::move(prefix), std::move(listener));
  }
  // Called before all keys there are come: keys that went meanwhile do not come. Requires: before run().
  void on_start(std::function<void()> listener) { start_listeners_.push_back(std::move(listener)); }
  // Called when they all have come. Requires: before run().
  void on_complete(std::function<void()> listener) { complete_listeners_.push_back(std::move(listener)); }
  Task<void> run();
  // Completes when all keys there are have come once.
  Task<void> complete();

  // Keys in a slice. What reads an instance for the first time needs some 20 microseconds for it.
  static constexpr std::size_t kSlice = 200;

 private:
  void announce(const std::string& key);
  Task<void> announce_all();

  Runtime& runtime_;
  Logger log_;
  store::Store& store_;
  std::vector<std::pair<std::string, Listener>> listeners_;
  std::vector<std::function<void()>> start_listeners_;
  std::vector<std::function<void()>> complete_listeners_;
  Signal completions_;
};

}  // namespace hanse::zone
