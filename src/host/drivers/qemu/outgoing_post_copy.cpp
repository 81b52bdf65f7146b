// What a guest that runs at the target already lacks of its memory.
#include "host/drivers/qemu/outgoing_limits.h"
#include "host/drivers/qemu/outgoing_wait.h"
#include "runtime/sleep.h"

namespace hanse::host::qemu {
namespace {

constexpr Nanos kRestPoll = Millis{200};
constexpr Nanos kStreamEndLimit = Seconds{10};
// TCP may try for as long to bring what QEMU has sent, and QEMU could not send that over another stream.
constexpr Nanos kOnItsWayPatience = Seconds{600};

bool is_broken(const std::string& status) {
  return status == "postcopy-paused" || migration_failed(status);
}

tl::unexpected<Error> ended_too_early(const Machine& machine) {
  return fail(Code::failed_precondition, "machine {} has ended with memory that its target lacks",
              machine.uid());
}

// All of it is in the system's hands. QEMU hands the end over with its lock held, and answers nobody until
// the system takes that.
bool is_on_its_way(const Result<qmp::MigrationInfo>& info) {
  return !info || (info->remaining == Bytes{} && info->status == "postcopy-active");
}

Task<Status> watch_rest(DriverContext& context, Machine& machine) {
  Session& session = *machine.session;
  ProgressWatch watch(context.runtime.clock.now());
  MonotonicTime next_look = context.runtime.clock.now();
  for (;;) {
    const auto seen = session.changed().version();
    const std::string status = session.state().migration();
    if (session.ended() || status == "failed") co_return ended_too_early(machine);
    if (status == "completed") co_return Status();
    if (is_broken(status))
      co_return fail(Code::unavailable, "the stream of machine {} has broken while memory followed",
                     machine.uid());
    HANSE_CO_CHECK(co_await apply_rest_limits(machine));
    const MonotonicTime now = context.runtime.clock.now();
    if (now < next_look) {
      co_await session.changed().changed_since(seen, next_look - now);
      continue;
    }
    const Result<qmp::MigrationInfo> info = co_await qmp::query_migrate(session.monitor());
    if (!info && session.monitor().closed()) co_return fail(info.error());
    const MonotonicTime looked = context.runtime.clock.now();
    bool moves = is_on_its_way(info) && watch.still(looked) < kOnItsWayPatience;
    if (info) {
      moves = watch.moves(info->sent, looked, machine.applied_limits) || moves;
      machine.memory_progress = {.sent = info->sent, .remaining = info->remaining, .rate = watch.rate()};
    }
    if (!moves) co_return stalled(machine, "rest of the memory");
    next_look = context.runtime.clock.now() + kRestPoll;
  }
}

}  // namespace

Task<Status> send_rest(DriverContext& context, Machine& machine) {
  if (!machine.lives()) co_return ended_too_early(machine);
  Status sent = co_await watch_rest(context, machine);
  if (!sent && co_await has_ended(*machine.session)) co_return ended_too_early(machine);
  co_return sent;
}

// What QEMU says counts, and not its events: they may be of another stream.
Task<Status> send_again(DriverContext& context, Machine& machine, OutgoingOptions options) {
  if (!machine.lives()) co_return ended_too_early(machine);
  Session& session = *machine.session;
  QmpClient& monitor = session.monitor();
  HANSE_CO_TRY(const Endpoint target, parse_endpoint(options.target.memory));
  const MonotonicTime deadline = context.runtime.clock.now() + kStreamEndLimit;
  for (;;) {
    HANSE_CO_TRY(const qmp::MigrationInfo info, co_await qmp::query_migrate(monitor));
    session.state().set_migration_status(info.status);
    if (info.status == "completed" || info.status == "failed") co_return Status();
    Status again = fail(Code::unavailable, "the stream of machine {} does not end: it is {}", machine.uid(),
                        info.status);
    if (info.status == "postcopy-paused") {
      again = co_await qmp::migrate_again(monitor, target);
      if (again) session.state().set_migration_status("postcopy-recover-setup");
    } else {
      // It would wait for as long as the network does.
      static_cast<void>(co_await qmp::migrate_pause(monitor));
    }
    if (again || context.runtime.clock.now() >= deadline) co_return again;
    co_await sleep_for(context.runtime.scheduler, kRestPoll);
  }
}

}  // namespace hanse::host::qemu
