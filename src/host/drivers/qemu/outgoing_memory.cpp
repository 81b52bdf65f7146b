#include "host/drivers/qemu/command_line.h"
#include "host/drivers/qemu/outgoing_limits.h"
#include "host/drivers/qemu/outgoing_wait.h"

namespace hanse::host::qemu {
namespace {

constexpr Nanos kRoundPoll = Millis{200};
// The guest stands still meanwhile. Beyond this it runs on at the source, and the switch is tried again.
constexpr Nanos kSwitchLimit = Seconds{12};
// A guest that changes little is done in two passes over its memory; in the third it is known not to
// converge.
constexpr std::int64_t kPassesBeforePostCopy = 3;
// For the state of a guest in a post-copy to get to the target, which has no way back to the source.
constexpr Nanos kStateLimit = Seconds{600};

Nanos switch_limit(const Machine& machine) {
  return kSwitchLimit + 2 * Millis{machine.limits.max_blackout_ms.value_or(model::kDefaultBlackoutMs)};
}

Task<Error> migration_error(Machine& machine) {
  const auto info = co_await qmp::query_migrate(machine.session->monitor());
  const std::string reason = info && !info->error.empty() ? info->error : "the hypervisor gives no reason";
  co_return Error{Code::unavailable,
                  fmt::format("the memory of machine {} could not be sent: {}", machine.uid(), reason)};
}

Task<Result<qmp::MigrationInfo>> look_at_memory(DriverContext& context, Machine& machine,
                                                ProgressWatch& watch) {
  HANSE_CO_TRY(qmp::MigrationInfo info, co_await qmp::query_migrate(machine.session->monitor()));
  const bool moves = watch.moves(info.sent, context.runtime.clock.now(), machine.applied_limits);
  machine.memory_progress = {.sent = info.sent, .remaining = info.remaining, .rate = watch.rate()};
  if (!moves) co_return stalled(machine, "memory copy");
  co_return info;
}

bool converges(const Machine& machine, const qmp::MigrationInfo& info) {
  if (machine.applied_limits.paused || info.passes < kPassesBeforePostCopy) return true;
  const auto planned = machine.applied_limits.max_blackout_ms.value_or(model::kDefaultBlackoutMs);
  return info.expected_downtime_ms <= static_cast<double>(planned);
}

Task<Status> require_ready_mirrors(Machine& machine) {
  HANSE_CO_CHECK(check_mirrors(machine));
  HANSE_CO_TRY(const auto jobs, co_await qmp::query_block_jobs(machine.session->monitor()));
  std::size_t ready = 0;
  for (const qmp::BlockJobInfo& job : jobs) ready += job.ready ? 1U : 0U;
  if (ready < machine.record.machine.disks.size())
    co_return fail(Code::failed_precondition, "the disks of machine {} are not copied yet", machine.uid());
  co_return Status();
}

// Ends the mirrors with both sides equal and flushed: afterwards nothing of the source writes to the target.
Task<Status> drain_mirrors(DriverContext& context, Machine& machine) {
  Session& session = *machine.session;
  const std::size_t count = machine.record.machine.disks.size();
  for (std::size_t index = 0; index < count; ++index)
    HANSE_CO_CHECK(co_await qmp::block_job_cancel(session.monitor(), mirror_job(index), false));
  const MonotonicTime deadline = context.runtime.clock.now() + switch_limit(machine);
  for (;;) {
    const auto seen = session.changed().version();
    HANSE_CO_CHECK(check_mirrors(machine));
    std::size_t equal = 0;
    for (std::size_t index = 0; index < count; ++index) {
      const MirrorState* mirror = session.state().mirror(mirror_job(index));
      if (mirror == nullptr || !mirror->ended) continue;
      if (mirror->offset != mirror->length)
        co_return fail(Code::unavailable, "the mirror of machine {} ended before both sides were equal",
                       machine.uid());
      ++equal;
    }
    if (equal == count) co_return Status();
    const MonotonicTime now = context.runtime.clock.now();
    if (now >= deadline) co_return stalled(machine, "end of the mirror");
    co_await session.changed().changed_since(seen, deadline - now);
  }
}

Task<Status> wait_sent(DriverContext& context, Machine& machine, SwitchKind kind) {
  Session& session = *machine.session;
  const Nanos limit = kind == SwitchKind::whole ? switch_limit(machine) : kStateLimit;
  const MonotonicTime deadline = context.runtime.clock.now() + limit;
  for (;;) {
    const auto seen = session.changed().version();
    if (session.ended())
      co_return fail(Code::unavailable, "machine {} has ended during its move", machine.uid());
    const std::string status = session.state().migration();
    if (status == "completed" || status.starts_with("postcopy")) co_return Status();
    if (migration_failed(status)) co_return fail(co_await migration_error(machine));
    const MonotonicTime now = context.runtime.clock.now();
    if (now >= deadline) co_return stalled(machine, "switch");
    co_await session.changed().changed_since(seen, deadline - now);
  }
}

}  // namespace

Task<Result<SwitchKind>> copy_memory(DriverContext& context, Machine& machine, OutgoingOptions options) {
  HANSE_CO_CHECK(require_session(machine));
  Session& session = *machine.session;
  HANSE_CO_CHECK(co_await require_ready_mirrors(machine));
  HANSE_CO_TRY(const Endpoint target, parse_endpoint(options.target.memory));
  session.state().set_migration_status("setup");
  // QEMU refuses it while an earlier one that was cancelled still tries to connect: as good as a cut.
  if (const Status begun = co_await qmp::migrate(session.monitor(), target); !begun)
    co_return fail(Code::unavailable, "the memory of machine {} cannot be sent yet: {}", machine.uid(),
                   begun.error().message);
  ProgressWatch watch(context.runtime.clock.now());
  SwitchKind kind = SwitchKind::whole;
  MonotonicTime next_look = context.runtime.clock.now();
  for (;;) {
    const auto seen = session.changed().version();
    HANSE_CO_CHECK(check_mirrors(machine));
    const std::string status = session.state().migration();
    if (status == "pre-switchover") co_return kind;
    if (migration_failed(status)) co_return fail(co_await migration_error(machine));
    HANSE_CO_CHECK(co_await apply_limits(machine));
    // Events come as they like; the rate is measured over even intervals.
    const MonotonicTime now = context.runtime.clock.now();
    if (now < next_look) {
      co_await session.changed().changed_since(seen, next_look - now);
      continue;
    }
    HANSE_CO_TRY(const qmp::MigrationInfo info, co_await look_at_memory(context, machine, watch));
    if (options.streams.post_copy && kind == SwitchKind::whole && !converges(machine, info)) {
      // By our own hand: a guest that QEMU stops itself it runs again when the stream breaks, and by then the
      // target may have the right to.
      HANSE_CO_CHECK(co_await qmp::stop(session.monitor()));
      HANSE_CO_CHECK(co_await qmp::migrate_start_post_copy(session.monitor()));
      kind = SwitchKind::post_copy;
    }
    next_look = context.runtime.clock.now() + kRoundPoll;
  }
}

Task<Status> drain_disks(DriverContext& context, Machine& machine) {
  HANSE_CO_CHECK(require_session(machine));
  Session& session = *machine.session;
  if (session.state().migration() != "pre-switchover")
    co_return fail(Code::failed_precondition, "machine {} is not at the switch point of a move",
                   machine.uid());
  // The guest stands still: it is too late for a pause, and a paused mirror does not end.
  machine.limits.paused = false;
  HANSE_CO_CHECK(co_await apply_limits(machine));
  co_return co_await drain_mirrors(context, machine);
}

Task<Status> send_state(DriverContext& context, Machine& machine, SwitchKind kind) {
  HANSE_CO_CHECK(require_session(machine));
  Session& session = *machine.session;
  // An agent before this one may have come so far.
  if (session.state().migration() != "device") {
    if (session.state().migration() != "pre-switchover")
      co_return fail(Code::failed_precondition, "machine {} is not at the switch point of a move",
                     machine.uid());
    if (kind == SwitchKind::post_copy) HANSE_CO_CHECK(co_await begin_rest_limits(machine));
    HANSE_CO_CHECK(co_await qmp::migrate_continue(session.monitor()));
  }
  HANSE_CO_CHECK(co_await wait_sent(context, machine, kind));
  machine.memory_progress.remaining = {};
  // It is only for the report.
  if (const auto info = co_await qmp::query_migrate(session.monitor()))
    machine.memory_progress.sent = info->sent;
  co_return Status();
}

}  // namespace hanse::host::qemu
