#include "host/move/follow.h"

#include "runtime/sleep.h"
#include "runtime/timeout.h"

namespace hanse::host {
namespace {

using model::MoveState;

constexpr Nanos kAskLimit = Seconds{10};
constexpr Nanos kReopenLimit = Seconds{10};
constexpr Nanos kOpenAgain = Seconds{1};

}  // namespace

FollowMove::FollowMove(FollowParts parts, std::string uid, model::MoveOrder order)
    : parts_(parts), log_(parts.runtime.log, "move"), uid_(std::move(uid)), order_(std::move(order)) {
  observed_.transfer = order_.transfer;
  observed_.state = MoveState::ready;
}

Task<void> FollowMove::run() {
  Scope scope(2);
  if (!scope.spawn(watch())) co_return;
  // After a restart of the zone the keys are gone, and with them every other stream.
  if (!order_.credentials.key_pem.empty() && !scope.spawn(accept_all())) co_return;
  co_await scope.wait_idle();
}

// For its state, or for a source that comes again.
bool FollowMove::waits() const {
  const auto state = parts_.driver.observe(uid_);
  return state && (state->memory == MemoryState::cut || state->run_state == RunState::incoming);
}

// One that waits for state has not begun to lack memory, and may never get its state either.
bool FollowMove::memory_is_lost() const {
  const auto state = parts_.driver.observe(uid_);
  if (!state || (!order_.memory_lost && !given_up_)) return false;
  return state->memory != MemoryState::whole || state->run_state == RunState::incoming;
}

Task<void> FollowMove::watch() {
  for (;;) {
    const std::uint64_t seen = parts_.driver.changes().version();
    if (!waits()) {
      co_await parts_.driver.changes().changed_since(seen);
      continue;
    }
    const MonotonicTime deadline = parts_.runtime.clock.now() + kRejoinPatience;
    Nanos left = kRejoinPatience;
    while (waits() && left > Nanos{0}) {
      const std::uint64_t version = parts_.driver.changes().version();
      co_await parts_.driver.changes().changed_since(version, left);
      left = deadline - parts_.runtime.clock.now();
    }
    if (!waits()) continue;
    log_.error("machine {}: its source in transfer '{}' does not come again; it boots from its disks", uid_,
               order_.transfer);
    given_up_ = true;
    parts_.driver.changes().notify();
    co_return;
  }
}

// Where the source has found this host before.
Task<void> FollowMove::open_door() {
  while (!door_) {
    const auto read = co_await parts_.markers.read(uid_);
    const MoveMarker marker = read ? read->value_or(MoveMarker()) : MoveMarker();
    const bool known = marker.transfer == order_.transfer;
    const std::string endpoint = known ? marker.seed_endpoint : observed_.seed_endpoint;
    auto door = co_await open_seed_door(parts_.seeding, uid_, order_, endpoint);
    if (door) {
      door_ = std::move(*door);
    } else {
      log_.warning("transfer '{}' cannot be rejoined yet: {}", order_.transfer, door.error().message);
      co_await sleep_for(parts_.runtime.scheduler, kOpenAgain);
    }
  }
}

Task<void> FollowMove::accept_all() {
  co_await open_door();
  observed_.seed_endpoint = to_string(door_->local_endpoint());
  parts_.driver.changes().notify();
  for (;;) {
    Result<std::unique_ptr<Stream>> stream = co_await door_->accept();
    if (!stream) {
      co_await sleep_for(parts_.runtime.scheduler, kOpenAgain);
    } else if (!greetings_.spawn(serve(std::move(*stream)))) {
      log_.warning("transfer '{}': {} sources ask at once; one more is closed", order_.transfer, kMaxRejoins);
    }
  }
}

Task<void> FollowMove::serve(std::unique_ptr<Stream> connected) {
  SeedStream stream(parts_.runtime.scheduler, std::move(connected));
  const Result<IncomingEndpoints> opened = co_await reopen(stream);
  if (opened) {
    observed_.memory_endpoint = opened->memory;
    parts_.driver.changes().notify();
    const codec::SeedReady ready{.memory_endpoint = opened->memory};
    static_cast<void>(co_await stream.send(seed_frame(codec::SeedFrame::ready, json::dump(to_json(ready)))));
    co_return;
  }
  log_.warning("transfer '{}' is not rejoined: {}", order_.transfer, opened.error().message);
  const codec::SeedFailed failed{.code = std::string(traits_of(opened.error().code).name),
                                 .error = opened.error().message};
  static_cast<void>(co_await stream.send(seed_frame(codec::SeedFrame::failed, json::dump(to_json(failed)))));
}

Task<Result<IncomingEndpoints>> FollowMove::reopen(SeedStream& stream) {
  HANSE_CO_TRY(const codec::SharedFrame frame, co_await stream.next(kAskLimit));
  if (type_of(frame) != codec::SeedFrame::rejoin)
    co_return fail(Code::invalid_argument, "machine {} waits for memory alone", uid_);
  HANSE_CO_TRY(const codec::SeedRejoin rejoin, read_seed_json<codec::SeedRejoin>(frame));
  if (rejoin.transfer != order_.transfer)
    co_return fail(Code::invalid_argument, "machine {} is in transfer '{}'", uid_, order_.transfer);
  const auto state = parts_.driver.observe(uid_);
  // Not yet: its state may still be on its way.
  if (state && state->run_state == RunState::incoming)
    co_return fail(Code::unavailable, "machine {} has not loaded its state", uid_);
  if (!state || state->memory == MemoryState::whole)
    co_return fail(kNeedsNoMore, "machine {} lacks no memory", uid_);
  auto opened =
      co_await with_timeout(parts_.runtime.scheduler, kReopenLimit, "opening the stream of machine " + uid_,
                            parts_.driver.reopen_incoming(uid_));
  if (!opened) co_return fail(Code::unavailable, "{}", opened.error().message);
  co_return opened;
}

}  // namespace hanse::host
