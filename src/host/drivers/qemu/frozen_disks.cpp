#include "host/drivers/qemu/frozen_disks.h"

#include <algorithm>

#include "host/drivers/qemu/command_line.h"
#include "host/drivers/qemu/qmp_commands.h"
#include "host/drivers/qemu/tools.h"

namespace hanse::host::qemu {
namespace {

constexpr Nanos kPivotLimit = Seconds{30};

// The disks that are in two parts now, by QEMU's own word.
Task<Result<std::vector<std::size_t>>> find_parted(Machine& machine) {
  HANSE_CO_TRY(const std::vector<std::string> nodes,
               co_await qmp::query_named_block_nodes(machine.session->monitor()));
  std::vector<std::size_t> parted;
  for (std::size_t index = 0; index < machine.record.machine.disks.size(); ++index) {
    if (std::find(nodes.begin(), nodes.end(), top_node(index)) != nodes.end()) parted.push_back(index);
  }
  co_return parted;
}

Task<Status> set_frozen(DriverContext& context, Machine& machine, bool frozen) {
  MachineRecord record = machine.record;
  record.frozen = frozen;
  co_return co_await commit(context, machine, std::move(record));
}

Task<Status> remove_tops(DriverContext& context, Machine& machine) {
  const std::vector<model::DiskSpec> disks = machine.record.machine.disks;
  for (const model::DiskSpec& disk : disks)
    HANSE_CO_CHECK(co_await context.runtime.files.remove_all(machine.paths.disk_top(disk.uid)));
  co_return Status();
}

// Until each of these jobs is what `reached` says.
template <class Reached>
Task<Status> wait_for_commits(DriverContext& context, Machine& machine, std::vector<std::size_t> disks,
                              Nanos limit, Reached reached) {
  Session& session = *machine.session;
  const MonotonicTime deadline = context.runtime.clock.now() + limit;
  for (;;) {
    const auto seen = session.changed().version();
    if (session.ended()) co_return fail(Code::unavailable, "machine {} has ended", machine.uid());
    std::size_t there = 0;
    for (const std::size_t index : disks) {
      const MirrorState* const job = session.state().mirror(commit_job(index));
      if (job != nullptr && job->failed)
        co_return fail(Code::unavailable, "the parts of disk {} cannot be made one: {}",
                       machine.record.machine.disks[index].uid, job->error);
      there += job != nullptr && reached(*job) ? 1U : 0U;
    }
    if (there == disks.size()) co_return Status();
    const MonotonicTime now = context.runtime.clock.now();
    if (now >= deadline)
      co_return fail(Code::unavailable, "the parts of the disks of machine {} are not one yet",
                     machine.uid());
    co_await session.changed().changed_since(seen, deadline - now);
  }
}

Task<Status> commit_disks(DriverContext& context, Machine& machine, std::vector<std::size_t> parted) {
  Session& session = *machine.session;
  for (const std::size_t index : parted) {
    session.state().set_mirror(commit_job(index), MirrorState());
    HANSE_CO_CHECK(
        co_await qmp::block_commit(session.monitor(), commit_job(index), top_node(index), disk_node(index)));
  }
  HANSE_CO_CHECK(co_await wait_for_commits(context, machine, parted, kThawLimit,
                                           [](const MirrorState& job) { return job.ready; }));
  if (session.state().runs()) HANSE_CO_CHECK(co_await qmp::stop(session.monitor()));
  for (const std::size_t index : parted)
    HANSE_CO_CHECK(co_await qmp::block_job_complete(session.monitor(), commit_job(index)));
  co_return co_await wait_for_commits(context, machine, parted, kPivotLimit,
                                      [](const MirrorState& job) { return job.ended; });
}

}  // namespace

Task<Status> freeze(DriverContext& context, Machine& machine) {
  // Without QEMU nothing changes them.
  if (!machine.lives()) co_return co_await settle_disks(context, machine, Existing::keep);
  if (machine.session->state().run_state() != RunState::running)
    co_return fail(Code::failed_precondition, "the disks of machine {} are in use", machine.uid());
  const std::vector<model::DiskSpec> disks = machine.record.machine.disks;
  if (disks.empty()) co_return Status();
  if (machine.record.frozen) {
    HANSE_CO_TRY(const auto parted, co_await find_parted(machine));
    if (parted.size() == disks.size()) co_return Status();
    HANSE_CO_CHECK(co_await thaw(context, machine));
  }
  co_return co_await part_disks(context, machine);
}

Task<Status> part_disks(DriverContext& context, Machine& machine) {
  const std::vector<model::DiskSpec> disks = machine.record.machine.disks;
  if (disks.empty()) co_return Status();
  HANSE_CO_CHECK(co_await remove_tops(context, machine));
  HANSE_CO_CHECK(co_await set_frozen(context, machine, true));
  std::vector<qmp::Snapshot> snapshots;
  for (std::size_t index = 0; index < disks.size(); ++index)
    snapshots.push_back({disk_node(index), top_node(index), machine.paths.disk_top(disks[index].uid)});
  co_return co_await qmp::snapshot_disks(machine.session->monitor(), std::move(snapshots));
}

Task<Status> thaw(DriverContext& context, Machine& machine) {
  if (!machine.record.frozen) co_return Status();
  HANSE_CO_TRY(const auto parted, co_await find_parted(machine));
  const bool ran = machine.session->state().runs();
  if (!parted.empty()) {
    HANSE_CO_CHECK(co_await commit_disks(context, machine, parted));
  } else if (ran) {
    HANSE_CO_CHECK(co_await qmp::stop(machine.session->monitor()));
  }
  HANSE_CO_CHECK(co_await set_frozen(context, machine, false));
  if (ran) HANSE_CO_CHECK(co_await qmp::cont(machine.session->monitor()));
  co_return co_await remove_tops(context, machine);
}

Task<Status> finish_thaw(DriverContext& context, Machine& machine) {
  if (!machine.record.frozen) co_return Status();
  HANSE_CO_TRY(const auto parted, co_await find_parted(machine));
  if (parted.size() == machine.record.machine.disks.size()) co_return Status();
  co_return co_await thaw(context, machine);
}

Task<Status> settle_disks(DriverContext& context, Machine& machine, Existing existing) {
  if (!machine.record.frozen) co_return Status();
  const std::vector<model::DiskSpec> disks = machine.record.machine.disks;
  for (const model::DiskSpec& disk : disks) {
    const std::string top = machine.paths.disk_top(disk.uid);
    const auto info = co_await context.runtime.files.info(top);
    if (!info && info.error().code != Code::not_found) co_return fail(info.error());
    if (!info || existing == Existing::replace) continue;
    std::vector<std::string> command{context.options.disk_tool, "commit", "-q", "-d", "-f", "qcow2", top};
    HANSE_CO_CHECK(co_await run_tool(context.runtime, context.options, std::move(command), kThawLimit));
  }
  HANSE_CO_CHECK(co_await set_frozen(context, machine, false));
  co_return co_await remove_tops(context, machine);
}

}  // namespace hanse::host::qemu
