// The target's side of a move on this host: fetch the blobs, open the incoming end, and then wait; or throw
// it away. The machine is resumed not here but by its reconciler, when the zone wants it running in the new
// epoch.
//
// Lifecycle: run() and discard() are coroutines of one activity. Thread: the loop. Failure: state `failed`
// with the reason.
#pragma once

#include <string>

#include "host/blobs.h"
#include "host/driver.h"
#include "host/move/marker.h"
#include "model/host_protocol.h"
#include "runtime/runtime.h"

namespace hanse::host {

class ReceiveMove {
 public:
  ReceiveMove(Runtime& runtime, Driver& driver, BlobSource& blobs, MoveMarkers& markers,
              model::MachineSpec machine, Epoch epoch, model::MoveOrder order);

  Task<void> run();
  Task<void> discard();

  model::MoveObserved observed() const { return observed_; }

 private:
  Task<Status> open();

  Runtime& runtime_;
  Logger log_;
  Driver& driver_;
  BlobSource& blobs_;
  MoveMarkers& markers_;
  model::MachineSpec machine_;
  Epoch epoch_;
  model::MoveOrder order_;
  model::MoveObserved observed_;
};

}  // namespace hanse::host
