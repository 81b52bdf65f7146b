#include "io/system_processes.h"

#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "io/output_capture.h"
#include "io/pidfd.h"
#include "io/process_identity.h"
#include "io/spawn.h"
#include "io/system_error.h"
#include "runtime/timeout.h"

namespace hanse::io {
namespace {

constexpr mode_t kOutputMode = 0600;

// Kills the child when the task that runs it is destroyed; after its end there is nothing to kill.
struct ChildGuard {
  Reaper& reaper;
  pid_t child;
  ~ChildGuard() { reaper.kill_group(child); }
};

struct Pipe {
  OwnedDescriptor reader = {};
  OwnedDescriptor writer = {};
};

Result<Pipe> open_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("open", "a pipe");
  return Pipe{OwnedDescriptor(ends[0]), OwnedDescriptor(ends[1])};
}

Result<OwnedDescriptor> open_output(const std::string& path) {
  OwnedDescriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kOutputMode));
  if (!file.valid()) return fail_errno("write", path);
  return file;
}

}  // namespace

Task<Result<ProcessResult>> SystemProcesses::run(ProcessOptions options) {
  std::string what =
      "program '" + (options.arguments.empty() ? std::string() : options.arguments.front()) + "'";
  const Nanos limit = options.time_limit;
  auto work =
      options.output_path.empty() ? run_captured(std::move(options)) : run_into_file(std::move(options));
  return with_timeout(scheduler_, limit, std::move(what), std::move(work));
}

Task<Result<ProcessResult>> SystemProcesses::run_into_file(ProcessOptions options) {
  HANSE_CO_TRY(const OwnedDescriptor file, open_output(options.output_path));
  HANSE_CO_TRY(const pid_t child,
               spawn_child(options, ChildKind::attached, ChildOutput{file.number(), file.number()}));
  auto exited = reaper_.watch(child);
  const ChildGuard guard{reaper_, child};
  ProcessResult result;
  result.exit_status = co_await std::move(exited);
  co_return result;
}

Task<Result<ProcessResult>> SystemProcesses::run_captured(ProcessOptions options) {
  HANSE_CO_TRY(Pipe output_pipe, open_pipe());
  HANSE_CO_TRY(Pipe error_pipe, open_pipe());
  HANSE_CO_TRY(const pid_t child,
               spawn_child(options, ChildKind::attached,
                           ChildOutput{output_pipe.writer.number(), error_pipe.writer.number()}));
  auto exited = reaper_.watch(child);
  const ChildGuard guard{reaper_, child};
  output_pipe.writer.reset();
  error_pipe.writer.reset();
  OutputCapture output(loop_, scheduler_, std::move(output_pipe.reader), options.output_limit);
  OutputCapture error_output(loop_, scheduler_, std::move(error_pipe.reader), options.output_limit);
  Scope readers;
  if (!readers.spawn(output.collect()) || !readers.spawn(error_output.collect()))
    co_return fail(Code::internal, "the scope of the pipe readers is full");
  ProcessResult result;
  result.exit_status = co_await std::move(exited);
  readers.cancel();
  output.drain();
  error_output.drain();
  result.output = output.take();
  result.error_output = error_output.take();
  co_return result;
}

Task<Result<ProcessId>> SystemProcesses::start_daemon(ProcessOptions options) {
  HANSE_CO_TRY(const OwnedDescriptor file,
               open_output(options.output_path.empty() ? "/dev/null" : options.output_path));
  HANSE_CO_TRY(const pid_t child,
               spawn_child(options, ChildKind::daemon, ChildOutput{file.number(), file.number()}));
  // Before it is watched, since a child that has been waited for cannot be identified.
  auto id = identify_process(child);
  (void)reaper_.watch(child);
  if (!id)
    co_return fail(Code::unavailable, "program '{}' ended at once; see {}", options.arguments.front(),
                   options.output_path.empty() ? "its own log" : options.output_path);
  co_return id;
}

bool SystemProcesses::alive(const ProcessId& process) const {
  const auto found = identify_process(process.pid);
  return found && *found == process;
}

Result<ProcessId> SystemProcesses::identify(std::int64_t pid) const {
  return identify_process(pid);
}

void SystemProcesses::signal(const ProcessId& process, int number) {
  // The handle first: once it is open, the pid cannot come to mean another process between check and signal.
  const OwnedDescriptor handle = open_pidfd(static_cast<pid_t>(process.pid));
  if (handle.valid() && alive(process)) signal_pidfd(handle, number);
}

}  // namespace hanse::io
