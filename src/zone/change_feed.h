// ChangeFeed: hands the keys that change in the store to whoever asked for their prefix; at start, and when
// it fell behind, all keys there are.
//
// Lifecycle: subscribe, then run() for as long as the zone lives. Thread: the loop.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/task.h"
#include "runtime/runtime.h"
#include "store/store.h"

namespace hanse::zone {

class ChangeFeed {
 public:
  using Listener = std::function<void(const std::string& key)>;

  ChangeFeed(Runtime& runtime, store::Store& store)
      : runtime_(runtime), log_(runtime.log, "store"), store_(store) {}

  // Called for each key that begins with `prefix`. Requires: before run().
  void subscribe(std::string prefix, Listener listener) {
    listeners_.emplace_back(std::move(prefix), std::move(listener));
  }
  // Called before all keys there are come: keys that went meanwhile do not come. Requires: before run().
  void on_start(std::function<void()> listener) { start_listeners_.push_back(std::move(listener)); }
  Task<void> run();

 private:
  void announce(const std::string& key);
  void announce_all();

  Runtime& runtime_;
  Logger log_;
  store::Store& store_;
  std::vector<std::pair<std::string, Listener>> listeners_;
  std::vector<std::function<void()>> start_listeners_;
};

}  // namespace hanse::zone
