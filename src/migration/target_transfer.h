// TargetTransfer: the coroutine that carries one transfer through at the target, from whatever phase its
// record is in to an end.
//
// Lifecycle: as SourceTransfer. It opens the incoming end, then waits for the grant, which arrives by a
// request of the source (the zone's frontend advances the record) or by asking the source for the outcome, as
// after a crash. Failure: before the grant it throws the incoming machine away, but only when the source says
// so or has never been told that the end is open; without an answer it waits and names the source.
#pragma once

#include <cstdint>
#include <string>

#include "migration/ports.h"
#include "runtime/runtime.h"

namespace hanse::migration {

// Its first heartbeat here ends a guest's blackout in the report; the report of one that has none is not held
// up for longer.
inline constexpr Nanos kFirstBeatGrace = Millis{250};

// Fetches what the machine needs from elsewhere (blobs of its image) before the host is asked.
class Preparation {
 public:
  virtual ~Preparation() = default;
  virtual Task<Status> fetch_images() = 0;
  virtual std::int32_t percent() const = 0;
  virtual Bytes fetched() const = 0;
};

class TargetTransfer {
 public:
  TargetTransfer(Runtime& runtime, TransferRecord& record, MovingMachine& machine, SourceZone& source,
                 Preparation& preparation, model::MoveOrder receive_order);

  Task<void> run();

  // Of a post-copy: what the guest lacks of its memory will not come.
  void give_up_memory();

  // What the source may see now.
  IncomingView view() const;

 private:
  Task<Status> step();
  Task<Status> prepare();
  Task<Status> await_grant();
  Task<Status> resume();
  Task<Status> discard();
  Task<Status> ask_source();
  void order_to_run();
  // As the move leaves it: running, or stopped when it was moved cold.
  bool is_there(const model::MachineObserved& observed) const;

  Runtime& runtime_;
  Logger log_;
  TransferRecord& record_;
  MovingMachine& machine_;
  SourceZone& source_;
  Preparation& preparation_;
  model::MoveOrder receive_order_;
  IncomingView endpoints_;
  bool memory_lost_ = false;
};

}  // namespace hanse::migration
