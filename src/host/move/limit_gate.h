// LimitGate: keeps what the agent itself sends to the limits of its transfer, which may change at any time.
//
// Thread: the loop. Failure: none.
#pragma once

#include "base/task.h"
#include "base/units.h"
#include "model/transfer_limits.h"
#include "runtime/runtime.h"
#include "runtime/signal.h"

namespace hanse::host {

class LimitGate {
 public:
  LimitGate(Runtime& runtime, model::TransferLimits limits)
      : runtime_(runtime), limits_(limits), changed_(runtime.scheduler), free_at_(runtime.clock.now()) {}

  void set(const model::TransferLimits& limits) {
    limits_ = limits;
    changed_.notify();
  }
  const model::TransferLimits& limits() const { return limits_; }

  // Completes when so many bytes may be sent. Of several that wait, one after the other.
  Task<void> pass(Bytes bytes);

 private:
  Runtime& runtime_;
  model::TransferLimits limits_;
  Signal changed_;
  MonotonicTime free_at_;  // what has passed so far is through by then
};

}  // namespace hanse::host
