// The target's side of a post-copy, from the grant on, beside whatever keeps the machine running: some of its
// memory is at the source, and when the stream breaks by which it follows, the source's agent asks here for
// another.
//
// A source that does not come again is not waited for without end: what it has is given up, and the machine
// boots from its disks, which are whole. Lifecycle: run() is one coroutine, for as long as the zone orders
// it. Thread: the loop. Failure: what goes wrong with a source is told to it.
#pragma once

#include <memory>
#include <string>

#include "base/scope.h"
#include "host/driver.h"
#include "host/move/marker.h"
#include "host/move/seed_door.h"
#include "host/move/seed_stream.h"
#include "model/host_protocol.h"
#include "runtime/runtime.h"

namespace hanse::host {

// Since its stream broke, or its state was to come; after it the source's memory is given up.
inline constexpr Nanos kRejoinPatience = Seconds{600};
// What a source is told that comes again although nothing lacks; every other answer may change.
inline constexpr Code kNeedsNoMore = Code::aborted;

struct FollowParts {
  Runtime& runtime;
  Driver& driver;
  MoveMarkers& markers;
  SeedContext& seeding;
};

class FollowMove {
 public:
  FollowMove(FollowParts parts, std::string uid, model::MoveOrder order);

  Task<void> run();

  // The zone's newest word.
  void change(const model::MoveOrder& order) { order_.memory_lost = order.memory_lost; }
  // The machine lacks memory that will never come. Whoever keeps it running ends it.
  bool memory_is_lost() const;

  model::MoveObserved observed() const { return observed_; }

 private:
  Task<void> open_door();
  Task<void> accept_all();
  Task<void> serve(std::unique_ptr<Stream> stream);
  Task<Result<IncomingEndpoints>> reopen(SeedStream& stream);
  Task<void> watch();
  bool waits() const;

  FollowParts parts_;
  Logger log_;
  std::string uid_;
  model::MoveOrder order_;
  model::MoveObserved observed_;
  bool given_up_ = false;
  std::unique_ptr<Listener> door_;
  Scope greetings_{kMaxRejoins};  // last: destroyed before what they use

  static constexpr std::size_t kMaxRejoins = 4;
};

}  // namespace hanse::host
