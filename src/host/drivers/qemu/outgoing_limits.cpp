#include "host/drivers/qemu/outgoing_limits.h"

#include <algorithm>

#include "host/drivers/qemu/command_line.h"
#include "host/drivers/qemu/qmp_commands.h"

namespace hanse::host::qemu {
namespace {

// QEMU cannot pause a stream of memory. In each tenth of a second it sends what its buffer holds, which was
// 130 kB; with no time to stop the guest it does not take itself for done.
constexpr BytesPerSecond kTrickle{10};

// QEMU's default of 128 MiB/s would be the bottleneck between neighbours.
qmp::MigrationLimits of_memory(const model::TransferLimits& limits) {
  const BytesPerSecond post_copy = limits.max_rate.value_or(BytesPerSecond());
  if (limits.paused) return {.max_bandwidth = kTrickle, .post_copy_bandwidth = post_copy, .downtime_ms = 0};
  return {.max_bandwidth = limits.max_rate.value_or(model::kHighestRate),
          .post_copy_bandwidth = post_copy,
          .downtime_ms = limits.max_blackout_ms.value_or(model::kDefaultBlackoutMs)};
}

// The mirrors run side by side.
Task<Status> limit_mirrors(Machine& machine, model::TransferLimits wanted) {
  QmpClient& monitor = machine.session->monitor();
  const std::size_t count = machine.record.machine.disks.size();
  const BytesPerSecond rate = wanted.max_rate.value_or(BytesPerSecond());
  const BytesPerSecond share{rate.value / std::max<std::int64_t>(1, static_cast<std::int64_t>(count))};
  const model::TransferLimits known = machine.applied_limits;
  for (std::size_t index = 0; index < count; ++index) {
    const std::string job = mirror_job(index);
    if (wanted.max_rate != known.max_rate)
      HANSE_CO_CHECK(co_await qmp::block_job_set_speed(monitor, job, share));
    if (wanted.paused == known.paused) continue;
    HANSE_CO_CHECK(wanted.paused ? co_await qmp::block_job_pause(monitor, job)
                                 : co_await qmp::block_job_resume(monitor, job));
  }
  co_return Status();
}

model::TransferLimits wanted_of_rest(const Machine& machine) {
  model::TransferLimits wanted = machine.limits;
  wanted.paused = false;  // it is too late
  return wanted;
}

}  // namespace

Task<Status> begin_limits(Machine& machine) {
  machine.applied_limits = {.max_blackout_ms = machine.limits.max_blackout_ms};
  co_return co_await qmp::set_migration_limits(machine.session->monitor(), of_memory(machine.applied_limits));
}

Task<Status> apply_limits(Machine& machine) {
  const model::TransferLimits wanted = machine.limits;
  if (wanted == machine.applied_limits) co_return Status();
  HANSE_CO_CHECK(co_await qmp::set_migration_limits(machine.session->monitor(), of_memory(wanted)));
  HANSE_CO_CHECK(co_await limit_mirrors(machine, wanted));
  machine.applied_limits = wanted;
  co_return Status();
}

Task<Status> begin_rest_limits(Machine& machine) {
  const model::TransferLimits wanted = wanted_of_rest(machine);
  qmp::MigrationLimits limits = of_memory(wanted);
  limits.downtime_ms = 0;
  HANSE_CO_CHECK(co_await qmp::set_migration_limits(machine.session->monitor(), limits));
  machine.applied_limits = wanted;
  co_return Status();
}

Task<Status> apply_rest_limits(Machine& machine) {
  if (wanted_of_rest(machine) == machine.applied_limits) co_return Status();
  co_return co_await begin_rest_limits(machine);
}

}  // namespace hanse::host::qemu
