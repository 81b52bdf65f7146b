#include "host/drivers/qemu/guard.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace hanse::host::qemu {
namespace {

constexpr Bytes kUptimeLimit{128};

// Whole seconds since the machine was booted.
Task<Result<std::int64_t>> uptime(Runtime& runtime) {
  HANSE_CO_TRY(const std::string text, co_await runtime.files.read("/proc/uptime", kUptimeLimit));
  std::int64_t seconds = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (parsed.ec != std::errc()) co_return fail(Code::unavailable, "/proc/uptime cannot be read");
  co_return seconds;
}

Task<Status> write_end(DriverContext& context, MachinePaths paths, MonotonicTime end) {
  HANSE_CO_TRY(const std::int64_t now, co_await uptime(context.runtime));
  const auto left = std::chrono::duration_cast<Seconds>(end - context.runtime.clock.now());
  co_return co_await context.runtime.files.write_atomically(paths.lease(),
                                                            fmt::format("{}\n", now + left.count()));
}

Task<Result<ProcessId>> start_guard(DriverContext& context, MachinePaths paths, ProcessId process) {
  ProcessOptions options{.arguments = {"sh", "-c", guard_script(paths, process)}};
  options.working_directory = paths.folder();
  options.output_path = paths.log();
  co_return co_await context.runtime.processes.start_daemon(std::move(options));
}

}  // namespace

std::string guard_script(const MachinePaths& paths, const ProcessId& process) {
  return fmt::format(R"sh(
exec 9>>'{0}/guard.lock'
flock -w 5 9 || exit 0
while read -r stat < /proc/{1}/stat; do
  set -- $stat
  [ "${{22}}" = {2} ] && [ "$3" != Z ] || exit 0
  end=0
  read -r end < '{3}'
  read -r up rest < /proc/uptime
  [ "${{up%%.*}}" -lt "$end" ] || kill -9 {1}
  sleep 1 9>&-
done 2>/dev/null
)sh",
                     paths.folder(), process.pid, process.start_time, paths.lease());
}

Task<std::optional<ProcessId>> guard_machine(DriverContext& context, MachinePaths paths, ProcessId process,
                                             std::optional<ProcessId> guard, MonotonicTime end) {
  // A guard without a new end keeps to the old one, or ends the machine at once.
  const Status written = co_await write_end(context, paths, end);
  if (!written) context.log.error("{}: {}", paths.lease(), written.error().message);
  if (guard && context.runtime.processes.alive(*guard)) co_return guard;
  const auto started = co_await start_guard(context, paths, process);
  if (started) co_return *started;
  context.log.error("{} has no guard: {}; its agent alone ends it with its lease", paths.folder(),
                    started.error().message);
  co_return std::nullopt;
}

}  // namespace hanse::host::qemu
