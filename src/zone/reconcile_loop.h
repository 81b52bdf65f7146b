// ReconcileLoop: makes reality match the table, one key at a time: a key that was enqueued is handed to the
// step, never twice at once; enqueued again meanwhile, it is done once more. A step says when it wants to be
// called again even if nothing changes; one that fails is called again with back-off.
//
// Lifecycle: as long as its owner; destroying it stops all steps where they stand. Thread: the loop.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/scope.h"
#include "base/task.h"
#include "base/text_map.h"
#include "runtime/runtime.h"

namespace hanse::zone {

// Steps under way at once; the others wait in the order in which they came.
inline constexpr std::size_t kMaxSteps = 256;

// After how long to look again; nothing: only when something changes.
using Again = std::optional<Nanos>;

class ReconcileLoop {
 public:
  using Step = std::function<Task<Result<Again>>(std::string key)>;

  // `step` must not be a capturing lambda that is itself a coroutine.
  ReconcileLoop(Runtime& runtime, std::string name, Step step);
  ~ReconcileLoop();

  void enqueue(const std::string& key);
  bool idle() const { return waiting_.empty() && running_.empty(); }

 private:
  void begin_some();
  Task<void> reconcile(std::string key);
  void call_again(const std::string& key, Nanos delay);

  Runtime& runtime_;
  Logger log_;
  Step step_;
  std::deque<std::string>
      queue_;  // of those that wait, those that do not run, in the order in which they came
  TextSet waiting_;
  TextSet running_;
  TextMap<TimerId> timers_;
  TextMap<int> failures_;
  Scope scope_;  // declared last: destroyed first
};

}  // namespace hanse::zone
