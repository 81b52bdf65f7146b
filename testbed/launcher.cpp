#include "testbed/launcher.h"

#include <utility>

#include "runtime/sleep.h"
#include "testbed/network_namespace.h"

namespace hanse::testbed {
namespace {

constexpr Nanos kLaunchPoll = Millis{50};
constexpr Nanos kWanLimit = Seconds{10};
constexpr std::size_t kLogTail = 1500;
constexpr Bytes kLogLimit{64 << 20};

std::vector<std::string> inside(const std::string& network_namespace, std::vector<std::string> command,
                                const std::vector<std::string>& arguments) {
  // nsenter rather than `ip netns exec`: that one hides /sys/fs/cgroup, where hosts set their guests' limits.
  std::vector<std::string> whole{"nsenter", "--net=" + namespace_path(network_namespace), "--"};
  whole.insert(whole.end(), command.begin(), command.end());
  whole.insert(whole.end(), arguments.begin(), arguments.end());
  return whole;
}

std::string tail(std::string log) {
  if (log.size() > kLogTail) log.erase(0, log.size() - kLogTail);
  return log.empty() ? "its log is empty" : "its log ends with:\n" + log;
}

}  // namespace

Programs programs_of(const std::string& hanse) {
  return {.wan = {hanse, "testbed", "wan", "--config"},
          .zone = {hanse, "zone", "--config"},
          .host = {hanse, "host", "--config"},
          .enrol_host = {hanse, "host", "enrol", "--data-dir"}};
}

Launcher::Launcher(Runtime& runtime, ZoneAccess& access, const Plan& plan, TestbedState& state,
                   const Programs& programs, Nanos step_limit)
    : runtime_(runtime),
      access_(access),
      plan_(plan),
      state_(state),
      programs_(programs),
      step_limit_(step_limit) {}

Task<Status> Launcher::record() {
  return runtime_.files.write_atomically(plan_.state_file, write_state(state_));
}

Task<Result<ProcessId>> Launcher::start_wan() {
  std::vector<std::string> command = programs_.wan;
  command.push_back(plan_.wan_options_file);
  RecordedProcess process{.role = Role::wan};
  return start(std::move(process), std::move(command), plan_.wan_folder, plan_.wan_log_file);
}

Task<Result<ProcessId>> Launcher::start_zone(ZonePlan zone) {
  RecordedProcess process{.role = Role::zone, .zone = zone.topology.name};
  return start(std::move(process), inside(zone.network_namespace, programs_.zone, {zone.config_file}),
               zone.folder, zone.log_file);
}

Task<Status> Launcher::enrol_host(ZonePlan zone, HostPlan host) {
  HANSE_CO_TRY(std::string token, co_await access_.invite_host(zone, host));
  HANSE_CO_CHECK(co_await runtime_.files.write_atomically(host.token_file, std::move(token)));
  ProcessOptions options;
  options.arguments = inside(zone.network_namespace, programs_.enrol_host,
                             {host.data_folder, "--token-file", host.token_file});
  options.time_limit = step_limit_;
  HANSE_CO_TRY(const ProcessResult result, co_await runtime_.processes.run(std::move(options)));
  if (result.exit_status != 0)
    co_return fail(Code::unavailable, "host '{}' cannot enrol: {}", host.topology.name, result.error_output);
  co_return co_await runtime_.files.remove_all(host.token_file);
}

Task<Result<ProcessId>> Launcher::start_host(ZonePlan zone, HostPlan host) {
  RecordedProcess process{.role = Role::host, .zone = zone.topology.name, .host = host.topology.name};
  return start(std::move(process), inside(zone.network_namespace, programs_.host, {host.config_file}),
               host.folder, host.log_file);
}

Task<Status> Launcher::await_wan(ProcessId process) {
  return wait_for_file(wan_options(plan_).control_socket,
                       waiting_for(process, plan_.wan_log_file, "the WAN emulator", kWanLimit));
}

Task<Status> Launcher::await_zone(ZonePlan zone, ProcessId process) {
  const Waiting waiting =
      waiting_for(process, zone.log_file, fmt::format("zone '{}'", zone.topology.name), step_limit_);
  HANSE_CO_CHECK(co_await wait_for_file(zone.ca_file, waiting));
  while (true) {
    const Status healthy = co_await access_.check_zone(zone);
    if (healthy) co_return Status();
    HANSE_CO_CHECK(co_await pause(waiting, healthy.error().message));
  }
}

Task<Status> Launcher::await_host(ZonePlan zone, HostPlan host, ProcessId process) {
  const Waiting waiting =
      waiting_for(process, host.log_file, fmt::format("host '{}'", host.topology.name), step_limit_);
  while (true) {
    const Status healthy = co_await access_.check_host(zone, host);
    if (healthy) co_return Status();
    HANSE_CO_CHECK(co_await pause(waiting, healthy.error().message));
  }
}

Task<Status> Launcher::await_offers(ZonePlan zone, ProcessId process) {
  const Waiting waiting =
      waiting_for(process, zone.log_file, fmt::format("zone '{}'", zone.topology.name), step_limit_);
  std::vector<ZonePlan> others = plan_.zones;
  std::erase_if(others, [&](const ZonePlan& other) { return other.topology.name == zone.topology.name; });
  while (true) {
    const Status known = co_await access_.check_offers(zone, others);
    if (known) co_return Status();
    HANSE_CO_CHECK(co_await pause(waiting, known.error().message));
  }
}

Task<Result<ProcessId>> Launcher::start(RecordedProcess process, std::vector<std::string> command,
                                        std::string folder, std::string log_file) {
  ProcessOptions options;
  options.arguments = std::move(command);
  options.working_directory = std::move(folder);
  options.output_path = log_file;
  const Result<ProcessId> id = co_await runtime_.processes.start_daemon(std::move(options));
  if (!id) {
    const Result<std::string> log = co_await runtime_.files.read(std::move(log_file), kLogLimit);
    co_return fail(id.error().code, "{}; {}", id.error().message, tail(log ? *log : std::string()));
  }
  process.pid = id->pid;
  process.start_time = id->start_time;
  std::erase_if(state_.processes, [&](const RecordedProcess& ended) {
    return ended.role == process.role && ended.zone == process.zone && ended.host == process.host;
  });
  state_.processes.push_back(std::move(process));
  HANSE_CO_CHECK(co_await record());
  co_return id;
}

Task<Status> Launcher::pause(Waiting waiting, std::string missing) {
  const bool alive = runtime_.processes.alive(waiting.process);
  if (alive && runtime_.clock.now() < waiting.deadline) {
    co_await sleep_for(runtime_.scheduler, kLaunchPoll);
    co_return Status();
  }
  const Result<std::string> log = co_await runtime_.files.read(waiting.log_file, kLogLimit);
  co_return fail(alive ? Code::deadline_exceeded : Code::unavailable, "{} {}: {}; {}", waiting.what,
                 alive ? "did not get to work in time" : "ended at its start", missing,
                 tail(log ? *log : std::string()));
}

Task<Status> Launcher::wait_for_file(std::string path, Waiting waiting) {
  while (true) {
    const Result<FileInfo> found = co_await runtime_.files.info(path);
    if (found) co_return Status();
    HANSE_CO_CHECK(co_await pause(waiting, path + " is not there"));
  }
}

}  // namespace hanse::testbed
