#include "host/drivers/qemu/launch.h"

#include <algorithm>
#include <charconv>
#include <csignal>

#include "host/drivers/qemu/limits.h"
#include "host/drivers/qemu/qmp_commands.h"
#include "runtime/sleep.h"

namespace hanse::host::qemu {
namespace {

constexpr Nanos kQuitLimit = Seconds{5};
constexpr Nanos kKillLimit = Seconds{10};
constexpr Nanos kKillCheck = Millis{20};
constexpr std::size_t kLogTail = 400;
constexpr Bytes kPidFileLimit{64};

SessionOptions session_options(const DriverContext& context, const Machine& machine, ProcessId process) {
  return SessionOptions{
      .paths = machine.paths,
      .process = process,
      .location = context.options.zone + "/" + context.options.host,
      .incoming = machine.record.intent == Intent::incoming,
      .receives_memory = machine.record.intent == Intent::running && !machine.record.memory_endpoint.empty()};
}

Task<Status> start_process(DriverContext& context, Machine& machine, std::vector<std::string> command,
                           ProcessId& process) {
  Runtime& runtime = context.runtime;
  HANSE_CO_CHECK(co_await runtime.files.remove_all(machine.paths.log()));
  // An old socket would let the agent talk to nobody.
  for (const std::string& path :
       {machine.paths.monitor(), machine.paths.serial(), machine.paths.guest(), machine.paths.pid_file()})
    HANSE_CO_CHECK(co_await runtime.files.remove_all(path));
  ProcessOptions options{.arguments = std::move(command), .as_user = context.options.guest_user};
  options.working_directory = machine.paths.run_folder();
  options.output_path = machine.paths.log();
  auto started = co_await runtime.processes.start_daemon(std::move(options));
  if (!started && started.error().code == Code::not_found)
    co_return fail(Code::unavailable, "{} is not installed; install the packages of tools/packages.txt",
                   emulator_of(context.options));
  if (!started) co_return fail(std::move(started).error());
  process = *started;
  co_return Status();
}

Task<Result<ProcessId>> find_process(Runtime& runtime, MachinePaths paths) {
  HANSE_CO_TRY(const std::string text, co_await runtime.files.read(paths.pid_file(), kPidFileLimit));
  std::int64_t pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  if (pid <= 1) co_return fail(Code::not_found, "{} names no process", paths.pid_file());
  HANSE_CO_TRY(const ProcessId process, runtime.processes.identify(pid));
  // The guest user can write the pid file: only a process that has this machine's monitor counts.
  HANSE_CO_TRY(const std::string command_line,
               co_await runtime.files.read("/proc/" + std::to_string(pid) + "/cmdline", kSmallFileLimit));
  if (command_line.find("unix:" + paths.monitor() + ",") == std::string::npos)
    co_return fail(Code::not_found, "process {} is not the hypervisor of {}", pid, paths.folder());
  co_return process;
}

// One whose start was broken off, or whose monitor does not answer.
Task<Status> kill_unattached(DriverContext& context, Machine& machine) {
  Runtime& runtime = context.runtime;
  const auto process = co_await find_process(runtime, machine.paths);
  if (!process) co_return Status();
  runtime.processes.signal(*process, SIGKILL);
  const MonotonicTime deadline = runtime.clock.now() + kKillLimit;
  while (runtime.processes.alive(*process)) {
    if (runtime.clock.now() >= deadline)
      co_return fail(Code::unavailable, "the hypervisor of machine {}, process {}, does not end",
                     machine.uid(), process->pid);
    co_await sleep_for(runtime.scheduler, kKillCheck);
  }
  co_return Status();
}

}  // namespace

Task<std::string> log_tail(Runtime& runtime, std::string path) {
  const auto text = co_await runtime.files.read(std::move(path), kSmallFileLimit);
  if (!text || text->empty()) co_return std::string("it said nothing");
  const std::size_t end = text->find_last_not_of('\n') + 1;
  const std::size_t begin = end > kLogTail ? end - kLogTail : 0;
  co_return text->substr(begin, end - begin);
}

Task<Status> launch(DriverContext& context, Machine& machine, HostFacts facts) {
  LaunchPlan plan{.machine = machine.record.machine,
                  .forwards = machine.record.forwards,
                  .accelerated = facts.accelerated,
                  .incoming = machine.record.intent == Intent::incoming,
                  .clock_khz = facts.clock_khz};
  HANSE_CO_TRY(auto command, command_line(context.options, machine.paths, plan));
  ProcessId process;
  machine.unattached = true;
  HANSE_CO_CHECK(co_await start_process(context, machine, std::move(command), process));
  co_await limit_process(context, machine, process);
  auto session = std::make_unique<Session>(context.runtime, session_options(context, machine, process),
                                           machine.ring, context.changes);
  const Status attached = co_await session->attach();
  if (attached) {
    machine.session = std::move(session);
    machine.unattached = false;
    co_return Status();
  }
  context.runtime.processes.signal(process, SIGKILL);
  machine.unattached = false;
  const std::string said = co_await log_tail(context.runtime, machine.paths.log());
  co_return fail(Code::unavailable, "machine {} did not start: {}: {}", machine.uid(),
                 attached.error().message, said);
}

Task<Result<bool>> attach_to_running(DriverContext& context, Machine& machine) {
  const auto process = co_await find_process(context.runtime, machine.paths);
  if (!process) {
    context.log.debug("machine {}: {}", machine.uid(), process.error().message);
    co_return false;
  }
  auto session = std::make_unique<Session>(context.runtime, session_options(context, machine, *process),
                                           machine.ring, context.changes);
  HANSE_CO_CHECK(co_await session->attach());
  machine.session = std::move(session);
  co_return true;
}

Task<Status> end_process(DriverContext& context, Machine& machine) {
  if (!machine.session) {
    HANSE_CO_CHECK(co_await kill_unattached(context, machine));
    machine.unattached = false;
    co_await release_limits(context, machine);
    co_return Status();
  }
  Session& session = *machine.session;
  if (!session.ended()) {
    // One that lacks memory may wait for it, and hears nothing.
    const bool hears = session.state().memory() == MemoryState::whole;
    // QEMU may answer or be gone before it does; what counts is that it ends.
    if (hears) static_cast<void>(co_await qmp::quit(session.monitor()));
    if (!hears || !co_await session.wait_ended(kQuitLimit)) {
      context.runtime.processes.signal(session.process(), SIGKILL);
      if (!co_await session.wait_ended(kKillLimit))
        co_return fail(Code::unavailable, "the hypervisor of machine {}, process {}, does not end",
                       machine.uid(), session.process().pid);
    }
  }
  machine.session.reset();
  co_await release_limits(context, machine);
  co_return Status();
}

}  // namespace hanse::host::qemu
