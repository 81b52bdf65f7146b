#include "host/drivers/qemu/command_line.h"
#include "host/drivers/qemu/credentials.h"
#include "host/drivers/qemu/frozen_disks.h"
#include "host/drivers/qemu/outgoing_wait.h"
#include "runtime/sleep.h"

namespace hanse::host::qemu {
namespace {

constexpr Nanos kPoll = Millis{20};
constexpr Nanos kMoveEndLimit = Seconds{15};
// A migration that does not end by being asked has its connection cut.
constexpr Nanos kPatience = Seconds{2};

// The mirrors' connections first, and out of band: when the target stands still without a word the monitor's
// main loop may be waiting for them, and with it every other command. What is not there cannot be cut.
Task<void> cut_mirrors(Machine& machine) {
  for (std::size_t index = 0; index < machine.record.machine.disks.size(); ++index)
    static_cast<void>(co_await qmp::yank_node(machine.session->monitor(), remote_node(index)));
}

// A target that stands still may block the migration's thread, which then holds up the main loop in its turn.
Task<void> cut_migration_if_hanging(Machine& machine) {
  QmpClient& monitor = machine.session->monitor();
  const auto info = co_await qmp::query_migrate(monitor, kPatience);
  if (!info && info.error().code == Code::deadline_exceeded)
    static_cast<void>(co_await qmp::yank_migration(monitor));
}

Task<Status> end_migration(DriverContext& context, Machine& machine) {
  QmpClient& monitor = machine.session->monitor();
  const MonotonicTime start = context.runtime.clock.now();
  bool asked = false;
  bool cut = false;
  for (;;) {
    HANSE_CO_TRY(const qmp::MigrationInfo info, co_await qmp::query_migrate(monitor));
    if (!migration_under_way(info.status)) co_return Status();
    const Nanos waited = context.runtime.clock.now() - start;
    if (!std::exchange(asked, true)) {
      HANSE_CO_CHECK(co_await qmp::migrate_cancel(monitor));
    } else if (waited >= kPatience && !std::exchange(cut, true)) {
      static_cast<void>(co_await qmp::yank_migration(monitor));
    } else if (waited >= kMoveEndLimit) {
      co_return fail(Code::unavailable, "the migration of machine {} does not end; it is {}", machine.uid(),
                     info.status);
    }
    co_await sleep_for(context.runtime.scheduler, kPoll);
  }
}

Task<Status> end_mirrors(DriverContext& context, Machine& machine) {
  QmpClient& monitor = machine.session->monitor();
  const MonotonicTime deadline = context.runtime.clock.now() + kMoveEndLimit;
  for (;;) {
    HANSE_CO_TRY(const auto jobs, co_await qmp::query_block_jobs(monitor));
    if (jobs.empty()) co_return Status();
    // Refused for a job that is ending already.
    for (const qmp::BlockJobInfo& job : jobs)
      static_cast<void>(co_await qmp::block_job_cancel(monitor, job.job, true));
    if (context.runtime.clock.now() >= deadline)
      co_return fail(Code::unavailable, "the mirrors of machine {} do not end", machine.uid());
    co_await sleep_for(context.runtime.scheduler, kPoll);
  }
}

Task<void> remove_remote_nodes(Machine& machine) {
  // Absent after a failure to connect, or in a second try.
  for (std::size_t index = 0; index < machine.record.machine.disks.size(); ++index)
    static_cast<void>(co_await qmp::blockdev_del(machine.session->monitor(), remote_node(index)));
}

Task<Status> put_back(DriverContext& context, Machine& machine) {
  Session& session = *machine.session;
  co_await cut_mirrors(machine);
  co_await cut_migration_if_hanging(machine);
  HANSE_CO_CHECK(co_await end_migration(context, machine));
  HANSE_CO_CHECK(co_await end_mirrors(context, machine));
  // Before the guest runs: what is half one again must not become two.
  HANSE_CO_CHECK(co_await finish_thaw(context, machine));
  HANSE_CO_CHECK(co_await run_again(context, machine));
  co_await remove_remote_nodes(machine);
  session.state().forget_move();
  session.notify();
  co_return Status();
}

}  // namespace

Task<Status> run_again(DriverContext& context, Machine& machine) {
  Session& session = *machine.session;
  const MonotonicTime deadline = context.runtime.clock.now() + kMoveEndLimit;
  for (;;) {
    HANSE_CO_TRY(const std::string status, co_await qmp::query_status(session.monitor()));
    session.state().set_run_status(status);
    if (status == "running") co_return Status();
    // A migration that failed may hold the machine for a moment more.
    const Status continued = co_await qmp::cont(session.monitor());
    if (context.runtime.clock.now() >= deadline)
      co_return fail(Code::unavailable, "machine {} does not run again, it is {}: {}", machine.uid(), status,
                     continued ? std::string("no reason given") : continued.error().message);
    if (!continued) co_await sleep_for(context.runtime.scheduler, kPoll);
  }
}

Task<Status> break_outgoing(DriverContext& context, Machine& machine) {
  const Status outcome = machine.lives() ? co_await put_back(context, machine) : Status();
  if (!machine.lives() || (!outcome && co_await has_ended(*machine.session)))
    co_return fail(Code::failed_precondition, "machine {} has ended during its move", machine.uid());
  co_return outcome;
}

Task<Status> cancel_outgoing(DriverContext& context, Machine& machine) {
  if (machine.lives()) {
    Status outcome = co_await put_back(context, machine);
    if (outcome) outcome = co_await thaw(context, machine);
    if (!outcome && !co_await has_ended(*machine.session)) co_return outcome;
  }
  HANSE_CO_CHECK(co_await context.runtime.files.remove_all(machine.paths.saved_state()));
  // With QEMU everything of the move has ended; what remains then is a machine to be started, or not.
  co_return co_await remove_credentials(context, machine);
}

}  // namespace hanse::host::qemu
