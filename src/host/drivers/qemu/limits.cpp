#include "host/drivers/qemu/limits.h"

#include <fmt/format.h>

namespace hanse::host::qemu {
namespace {

// What QEMU needs beside the guest's memory; translated code of an emulated guest is the largest part.
constexpr MiB kHypervisorMemory{1536};
// One more than the guest has: the hypervisor's own threads, and encryption in a move.
constexpr std::int64_t kHypervisorCpus = 1;
constexpr std::int64_t kPeriodMicros = 100'000;
constexpr Nanos kScriptLimit = Seconds{5};

// Version 1 has a folder for each controller, version 2 one for all. Control files take plain writes only,
// which is what a shell does.
constexpr const char* kFunctions = R"(
own() { sed -n "s/^[0-9]*:\(.*,\)\?$1\(,.*\)\?://p" /proc/self/cgroup | head -n 1; }
if [ -e "$root/cgroup.controllers" ]; then
  unified=$root$(sed -n 's/^0:://p' /proc/self/cgroup)
else
  memory=$root/memory$(own memory)
  cpu=$root/cpu$(own cpu)
fi
)";

Task<bool> run_script(Runtime& runtime, std::string script) {
  ProcessOptions options{.arguments = {"sh", "-ec", std::move(script)}};
  options.time_limit = kScriptLimit;
  const auto result = co_await runtime.processes.run(std::move(options));
  co_return result && result->exit_status == 0;
}

}  // namespace

std::string limit_script(const model::MachineSpec& machine, const ProcessId& process, const std::string& list,
                         const std::string& root) {
  const std::int64_t quota = (machine.vcpu.value + kHypervisorCpus) * kPeriodMicros;
  const std::int64_t bytes = to_bytes(machine.memory_mib + kHypervisorMemory).value;
  return fmt::format("root='{}'\nlist='{}'\n", root, list) + kFunctions +
         fmt::format(R"(
if [ -n "$unified" ]; then
  group=$unified/hanse-{0}-{4}
  echo "$group" >> "$list"
  mkdir -p "$group"
  echo {1} > "$group/memory.max"
  echo {2} {3} > "$group/cpu.max"
  echo {4} > "$group/cgroup.procs"
else
  printf '%s\n' "$memory/hanse-{0}-{4}" "$cpu/hanse-{0}-{4}" >> "$list"
  mkdir -p "$memory/hanse-{0}-{4}" "$cpu/hanse-{0}-{4}"
  echo {1} > "$memory/hanse-{0}-{4}/memory.limit_in_bytes"
  echo {3} > "$cpu/hanse-{0}-{4}/cpu.cfs_period_us"
  echo {2} > "$cpu/hanse-{0}-{4}/cpu.cfs_quota_us"
  echo {4} > "$memory/hanse-{0}-{4}/cgroup.procs"
  echo {4} > "$cpu/hanse-{0}-{4}/cgroup.procs"
fi
)",
                     machine.uid, bytes, quota, kPeriodMicros, process.pid);
}

std::string release_script(const std::string& list) {
  return fmt::format(R"(
[ -f '{0}' ] || exit 0
while read -r group; do
  # A process that has just ended is in its group for a moment more.
  for pause in 0.05 0.1 0.2 0.4 0.8; do
    if rmdir "$group" 2>/dev/null || [ ! -e "$group" ]; then continue 2; fi
    sleep $pause
  done
  echo "$group" >> '{0}.left'
done < '{0}'
rm -f '{0}'
[ ! -f '{0}.left' ] || mv '{0}.left' '{0}'
)",
                     list);
}

Task<void> limit_process(DriverContext& context, const Machine& machine, ProcessId process) {
  std::string script = limit_script(machine.record.machine, process, machine.paths.control_groups());
  if (!co_await run_script(context.runtime, std::move(script)) && !context.limits_refused) {
    context.limits_refused = true;
    context.log.warning(
        "no control group can be written here: machines run without limits of memory and CPU");
  }
}

Task<void> release_limits(DriverContext& context, const Machine& machine) {
  const auto list = co_await context.runtime.files.info(machine.paths.control_groups());
  if (!list) co_return;
  // What could not be removed stays on the list, for the next time.
  static_cast<void>(co_await run_script(context.runtime, release_script(machine.paths.control_groups())));
}

}  // namespace hanse::host::qemu
