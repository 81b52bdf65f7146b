// The source's side of a move, from the order to the hand-over: disks, memory, pause, drain, the rest.
// SendMove holds what can be told of it.
//
// Lifecycle: run() is one coroutine; destroying it leaves the machine as it stands, and roll_back() then
// makes it as it was. Thread: the loop. Failure: the state becomes `failed` with the reason; nothing is
// retried here, the zone decides.
#pragma once

#include <string>

#include "host/driver.h"
#include "host/move/marker.h"
#include "host/move/streams.h"
#include "model/host_protocol.h"
#include "runtime/runtime.h"

namespace hanse::host {

class SendMove {
 public:
  // `memory_size` is what there is to send before the hypervisor has counted.
  SendMove(Runtime& runtime, Driver& driver, StreamPaths& paths, MoveMarkers& markers, std::string uid,
           model::MoveOrder order, Bytes memory_size);

  // Copies and hands over; completes when the state is handed_over or failed.
  Task<void> run();
  // Makes the machine run again as before, whatever happened; retries until it does.
  Task<void> roll_back();

  // They count at once, whatever it is doing.
  void set_limits(const model::TransferLimits& limits);

  model::MoveObserved observed() const;

 private:
  Task<Status> carry_out();
  Task<Status> copy_all(OutgoingOptions options);
  void set_state(model::MoveState state, std::string error);
  void note_step(model::TransferStep step);
  model::TransferProgress progress() const;
  void note_clocks();

  Runtime& runtime_;
  Logger log_;
  Driver& driver_;
  StreamPaths& paths_;
  MoveMarkers& markers_;
  std::string uid_;
  model::MoveOrder order_;
  Bytes memory_size_;
  model::MoveObserved observed_;
  MonotonicTime step_began_;
};

}  // namespace hanse::host
