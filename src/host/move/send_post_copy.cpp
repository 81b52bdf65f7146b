// A post-copy at the source, from the switch point on: the guest stands still, what it wrote is at the
// target, and the zone decides. When it has committed the target may run the guest, and what that lacks of
// its memory follows, over as many streams as it takes.

#include "host/move/follow.h"
#include "host/move/seed_stream.h"
#include "host/move/send.h"
#include "runtime/sleep.h"

namespace hanse::host {
namespace {

using model::MoveState;
using model::TransferStep;

constexpr Nanos kRejoinBase = Millis{500};
constexpr Nanos kRejoinCap = Seconds{10};
constexpr Nanos kRejoinLimit = Seconds{20};

}  // namespace

bool SendMove::is_paused() const {
  const auto state = parts_.driver.observe(uid_);
  return state && (state->run_state == RunState::switch_point || state->run_state == RunState::handed_over);
}

Task<Status> SendMove::send_after_commit() {
  observed_.report.post_copy = true;
  counts_ = true;
  note_clocks();
  HANSE_CO_CHECK(co_await await_commit());
  set_state(MoveState::sending, "");
  note_step(TransferStep::memory);
  if (const Status sent = co_await send_committed(); !sent) {
    // Whatever it may still do here it has no right to; and the target sees its stream end.
    while (!co_await parts_.driver.stop(uid_, Nanos{0}))
      co_await sleep_for(parts_.runtime.scheduler, kRejoinCap);
    co_return sent;
  }
  observed_.report.memory_bytes = sent_before_.memory + parts_.driver.memory_progress(uid_).sent;
  co_return Status();
}

Task<Status> SendMove::send_committed() {
  const auto state = parts_.driver.observe(uid_);
  // An earlier agent may have got further.
  if (state && state->run_state == RunState::switch_point)
    HANSE_CO_CHECK(co_await parts_.driver.send_state(uid_, SwitchKind::post_copy));
  co_return co_await send_rest_until_done();
}

// For as long as the zone takes: it may have committed, and be away.
Task<Status> SendMove::await_commit() {
  set_state(MoveState::switch_ready, "");
  parts_.driver.changes().notify();
  for (;;) {
    const std::uint64_t seen = parts_.driver.changes().version();
    if (!is_paused())
      co_return fail(Code::failed_precondition, "machine {} has ended at its switch point", uid_);
    if (order_.committed) co_return Status();
    co_await parts_.driver.changes().changed_since(seen);
  }
}

// The guest is at the target for good. When nothing gets there for so long that it is better served by a
// boot, what it lacks is given up, and the zones tell the target.
Task<Status> SendMove::send_rest_until_done() {
  const Clock& clock = parts_.runtime.clock;
  MonotonicTime moved = clock.now();
  Bytes sent_before;
  for (int failures = 0;; ++failures) {
    const Status sent = co_await parts_.driver.send_rest(uid_);
    if (sent || !is_paused()) co_return sent;
    const Bytes sent_now = parts_.driver.memory_progress(uid_).sent;
    if (std::exchange(sent_before, sent_now) != sent_now) moved = clock.now();
    if (clock.now() - moved > kCutPatience) co_return sent;
    log_.warning("transfer '{}' waits for its target: {}", order_.transfer, sent.error().message);
    note_step(TransferStep::waiting);
    const Status joined = co_await rejoin();
    if (!joined && joined.error().code == kNeedsNoMore) co_return joined;
    if (joined) {
      ++observed_.report.cuts;
      failures = 0;
    } else {
      // The stream that there was may still come to life.
      log_.warning("transfer '{}' still waits for its target: {}", order_.transfer, joined.error().message);
      co_await sleep_for(parts_.runtime.scheduler,
                         backoff_delay(parts_.runtime.random, failures, kRejoinBase, kRejoinCap));
    }
    note_step(TransferStep::memory);
  }
}

Task<Status> SendMove::rejoin() {
  // The old one stays until the target has let go of its stream, which may yet come to life.
  HANSE_CO_TRY(std::unique_ptr<OpenPath> path, co_await parts_.paths.open(order_));
  HANSE_CO_TRY(const IncomingEndpoints told, co_await ask_to_listen(*path));
  path_ = std::move(path);
  HANSE_CO_TRY(IncomingEndpoints target, path_->endpoints(told));
  OutgoingOptions options{.credentials = order_.credentials,
                          .peer_name = order_.peer_name,
                          .target = std::move(target),
                          .streams = order_.streams};
  const Status again = co_await parts_.driver.send_again(uid_, std::move(options));
  if (!again) co_return fail(Code::unavailable, "{}", again.error().message);
  co_return Status();
}

Task<Result<IncomingEndpoints>> SendMove::ask_to_listen(const OpenPath& path) {
  HANSE_CO_TRY(std::unique_ptr<Stream> connected, co_await connect_agent(path));
  SeedStream stream(parts_.runtime.scheduler, std::move(connected));
  const codec::SeedRejoin rejoin{.transfer = order_.transfer};
  HANSE_CO_CHECK(co_await stream.send(seed_frame(codec::SeedFrame::rejoin, json::dump(to_json(rejoin)))));
  HANSE_CO_TRY(const codec::SharedFrame frame, co_await stream.next(kRejoinLimit));
  if (type_of(frame) == codec::SeedFrame::ready) {
    HANSE_CO_TRY(const codec::SeedReady ready, read_seed_json<codec::SeedReady>(frame));
    co_return IncomingEndpoints{.memory = ready.memory_endpoint, .disk = ready.disk_endpoint};
  }
  HANSE_CO_TRY(const codec::SeedFailed failed, read_seed_json<codec::SeedFailed>(frame));
  co_return fail(code_of_name(failed.code), "the target: {}", failed.error);
}

}  // namespace hanse::host
