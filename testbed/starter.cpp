#include "testbed/starter.h"

#include <csignal>
#include <filesystem>
#include <unistd.h>
#include <utility>

#include "runtime/sleep.h"
#include "testbed/lock_file.h"
#include "testbed/network_namespace.h"
#include "testbed/remover.h"
#include "testbed/testbed_state.h"

namespace hanse::testbed {
namespace {

constexpr Nanos kPollInterval = Millis{50};
constexpr Nanos kWanLimit = Seconds{10};
constexpr int kTokenDigits = 64;
constexpr std::size_t kLogTail = 1500;
constexpr Bytes kLogLimit{64 << 20};
// Guests run as an unprivileged user, who must reach its folder below; secrets are in files of mode 0600.
constexpr std::uint32_t kFolderMode = 0755;

// One `up`, a step a function. Lives in the frame of up_locked().
class Starter {
 public:
  Starter(Runtime& runtime, HealthProbe& probe, const UpOptions& options)
      : runtime_(runtime), probe_(probe), options_(options), plan_(options.plan) {
    state_.name = plan_.name;
    state_.topology = plan_.topology;
  }

  Task<Status> check_free();
  Task<Status> record();
  Task<Status> run();

 private:
  struct Waiting {
    ProcessId process;
    std::string log_file;
    std::string what;
    MonotonicTime deadline;
  };

  Task<Status> write_files();
  Task<Status> write_tokens(ZonePlan zone);
  Task<Status> make_namespaces();
  Task<Status> start_wan();
  Task<Status> start_zones();
  Task<Status> introduce_zones();
  Task<Status> start_hosts();
  Task<Result<ProcessId>> start(RecordedProcess process, std::vector<std::string> command, std::string folder,
                                std::string log_file);
  Task<Status> run_ip(std::vector<std::string> arguments);
  // Waits for the file while the process lives.
  Task<Status> wait_for_file(std::string path, Waiting waiting);
  // After a check that failed: waits a moment, or gives up with the end of the log.
  Task<Status> pause(Waiting waiting, std::string missing);
  Waiting waiting_for(ProcessId process, std::string log_file, std::string what, Nanos limit) const {
    return {process, std::move(log_file), std::move(what), runtime_.clock.now() + limit};
  }
  void tell(const std::string& line) const {
    if (options_.progress) options_.progress(line);
  }

  Runtime& runtime_;
  HealthProbe& probe_;
  const UpOptions& options_;
  const Plan& plan_;
  TestbedState state_;
  std::vector<ProcessId> zone_processes_;
};

std::vector<std::string> inside(const std::string& network_namespace, std::vector<std::string> command,
                                const std::string& config_file) {
  // nsenter rather than `ip netns exec`: that one hides /sys/fs/cgroup, where hosts set their guests' limits.
  std::vector<std::string> whole{"nsenter", "--net=" + namespace_path(network_namespace), "--"};
  whole.insert(whole.end(), command.begin(), command.end());
  whole.push_back(config_file);
  return whole;
}

std::string tail(std::string log) {
  if (log.size() > kLogTail) log.erase(0, log.size() - kLogTail);
  return log.empty() ? "its log is empty" : "its log ends with:\n" + log;
}

Task<Status> Starter::check_free() {
  if (const Result<FileInfo> found = co_await runtime_.files.info(plan_.state_file); found)
    co_return fail(Code::failed_precondition,
                   "testbed '{}' is there already (see {}); run 'hanse testbed down' first", plan_.name,
                   plan_.state_file);
  if (const auto entries = co_await runtime_.files.list(plan_.state_folder); entries && !entries->empty())
    co_return fail(Code::failed_precondition,
                   "state folder {} holds other files; choose another with --state", plan_.state_folder);
  for (const ZonePlan& zone : plan_.zones)
    if (namespace_inode(namespace_path(zone.network_namespace)))
      co_return fail(
          Code::failed_precondition,
          "network namespace '{}' is there already; choose another --name, or remove it with 'ip netns "
          "delete {}'",
          zone.network_namespace, zone.network_namespace);
  ProcessOptions addresses;
  addresses.arguments = {"ip", "-4", "-o", "address", "show", "to", plan_.topology.network};
  HANSE_CO_TRY(const ProcessResult taken, co_await runtime_.processes.run(std::move(addresses)));
  if (!taken.output.empty())
    co_return fail(
        Code::failed_precondition,
        "this machine has an address in {} already; end the testbed that uses it, or write another "
        "network into the topology",
        plan_.topology.network);
  co_return Status();
}

Task<Status> Starter::record() {
  return runtime_.files.write_atomically(plan_.state_file, write_state(state_));
}

Task<Status> Starter::run() {
  HANSE_CO_CHECK(co_await write_files());
  HANSE_CO_CHECK(co_await make_namespaces());
  HANSE_CO_CHECK(co_await start_wan());
  HANSE_CO_CHECK(co_await start_zones());
  HANSE_CO_CHECK(co_await introduce_zones());
  HANSE_CO_CHECK(co_await start_hosts());
  state_.phase = TestbedPhase::running;
  co_return co_await record();
}

Task<Status> Starter::write_tokens(ZonePlan zone) {
  HANSE_CO_CHECK(co_await runtime_.files.write_atomically(
      zone.admin_token_file, random_token(runtime_.random, kTokenDigits) + "\n"));
  std::string zone_tokens;
  for (const HostPlan& host : zone.hosts) {
    const std::string token = random_token(runtime_.random, kTokenDigits) + "\n";
    HANSE_CO_CHECK(co_await runtime_.files.write_atomically(host.token_file, token));
    zone_tokens += token;
  }
  co_return co_await runtime_.files.write_atomically(zone.host_token_file, zone_tokens);
}

Task<Status> Starter::write_files() {
  HANSE_CO_CHECK(co_await runtime_.files.make_directories(plan_.wan_folder, kFolderMode));
  for (const ZonePlan& zone : plan_.zones) {
    HANSE_CO_CHECK(co_await runtime_.files.make_directories(zone.data_folder, kFolderMode));
    for (const HostPlan& host : zone.hosts)
      HANSE_CO_CHECK(co_await runtime_.files.make_directories(host.data_folder, kFolderMode));
    HANSE_CO_CHECK(co_await write_tokens(zone));
  }
  for (const PlannedFile& file : planned_files(plan_))
    HANSE_CO_CHECK(co_await runtime_.files.write_atomically(file.path, file.content, 0644));
  co_return Status();
}

Task<Status> Starter::run_ip(std::vector<std::string> arguments) {
  ProcessOptions options{.arguments = std::move(arguments)};
  const std::string line = fmt::format("{}", fmt::join(options.arguments, " "));
  HANSE_CO_TRY(const ProcessResult result, co_await runtime_.processes.run(std::move(options)));
  if (result.exit_status == 0) co_return Status();
  co_return fail(Code::unavailable, "'{}' failed: {}", line, result.error_output);
}

Task<Status> Starter::make_namespaces() {
  for (const ZonePlan& zone : plan_.zones) {
    std::vector<std::string> command{"ip", "netns", "add", zone.network_namespace};
    HANSE_CO_CHECK(co_await run_ip(std::move(command)));
  }
  co_return Status();
}

Task<Result<ProcessId>> Starter::start(RecordedProcess process, std::vector<std::string> command,
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
  state_.processes.push_back(std::move(process));
  HANSE_CO_CHECK(co_await record());
  co_return id;
}

Task<Status> Starter::pause(Waiting waiting, std::string missing) {
  const bool alive = runtime_.processes.alive(waiting.process);
  if (alive && runtime_.clock.now() < waiting.deadline) {
    co_await sleep_for(runtime_.scheduler, kPollInterval);
    co_return Status();
  }
  const Result<std::string> log = co_await runtime_.files.read(waiting.log_file, kLogLimit);
  co_return fail(alive ? Code::deadline_exceeded : Code::unavailable, "{} {}: {}; {}", waiting.what,
                 alive ? "did not get to work in time" : "ended at its start", missing,
                 tail(log ? *log : std::string()));
}

Task<Status> Starter::wait_for_file(std::string path, Waiting waiting) {
  while (true) {
    const Result<FileInfo> found = co_await runtime_.files.info(path);
    if (found) co_return Status();
    HANSE_CO_CHECK(co_await pause(waiting, path + " is not there"));
  }
}

Task<Status> Starter::start_wan() {
  tell(fmt::format("WAN between {} zones", plan_.zones.size()));
  std::vector<std::string> command = options_.programs.wan;
  command.push_back(plan_.wan_options_file);
  RecordedProcess process{.role = Role::wan};
  HANSE_CO_TRY(const ProcessId id,
               co_await start(std::move(process), std::move(command), plan_.wan_folder, plan_.wan_log_file));
  co_return co_await wait_for_file(wan_options(plan_).control_socket,
                                   waiting_for(id, plan_.wan_log_file, "the WAN emulator", kWanLimit));
}

Task<Status> Starter::start_zones() {
  for (const ZonePlan& zone : plan_.zones) {
    RecordedProcess process{.role = Role::zone, .zone = zone.topology.name};
    HANSE_CO_TRY(const ProcessId id,
                 co_await start(std::move(process),
                                inside(zone.network_namespace, options_.programs.zone, zone.config_file),
                                zone.folder, zone.log_file));
    zone_processes_.push_back(id);
  }
  for (std::size_t i = 0; i < plan_.zones.size(); ++i) {
    const ZonePlan& zone = plan_.zones[i];
    const Waiting waiting = waiting_for(zone_processes_[i], zone.log_file,
                                        fmt::format("zone '{}'", zone.topology.name), options_.step_limit);
    HANSE_CO_CHECK(co_await wait_for_file(zone.ca_file, waiting));
    while (true) {
      const Status healthy = co_await probe_.check_zone(zone);
      if (healthy) break;
      HANSE_CO_CHECK(co_await pause(waiting, healthy.error().message));
    }
    tell(fmt::format("zone {} ({}, {})", zone.topology.name, zone.topology.provider, zone.topology.city));
  }
  co_return Status();
}

Task<Status> Starter::introduce_zones() {
  for (std::size_t i = 0; i < plan_.zones.size(); ++i) {
    const ZonePlan& zone = plan_.zones[i];
    HANSE_CO_CHECK(co_await runtime_.files.write_atomically(zone.trust_file, trust_toml(plan_, zone), 0644));
    runtime_.processes.signal(zone_processes_[i], SIGHUP);
  }
  co_return Status();
}

Task<Status> Starter::start_hosts() {
  std::vector<ProcessId> processes;
  for (const ZonePlan& zone : plan_.zones) {
    for (const HostPlan& host : zone.hosts) {
      RecordedProcess process{.role = Role::host, .zone = zone.topology.name, .host = host.topology.name};
      HANSE_CO_TRY(const ProcessId id,
                   co_await start(std::move(process),
                                  inside(zone.network_namespace, options_.programs.host, host.config_file),
                                  host.folder, host.log_file));
      processes.push_back(id);
    }
  }
  auto process = processes.begin();
  for (const ZonePlan& zone : plan_.zones) {
    for (const HostPlan& host : zone.hosts) {
      const Waiting waiting = waiting_for(*process++, host.log_file,
                                          fmt::format("host '{}'", host.topology.name), options_.step_limit);
      while (true) {
        const Status healthy = co_await probe_.check_host(zone, host);
        if (healthy) break;
        HANSE_CO_CHECK(co_await pause(waiting, healthy.error().message));
      }
      tell(fmt::format("host {} ({} vCPU, {} MiB)", host.topology.name, host.topology.vcpu,
                       host.topology.memory_mib));
    }
  }
  co_return Status();
}

}  // namespace

Programs programs_of(const std::string& hanse) {
  return {{hanse, "testbed", "wan", "--config"}, {hanse, "zone", "--config"}, {hanse, "host", "--config"}};
}

Task<Status> up(Runtime& runtime, HealthProbe& probe, UpOptions options) {
  if (::geteuid() != 0)
    co_return fail(Code::permission_denied,
                   "a testbed makes network namespaces, which needs root; run it with sudo");
  const std::string& folder = options.plan.state_folder;
  const std::string parent = std::filesystem::path(folder).parent_path().string();
  HANSE_CO_CHECK(co_await runtime.files.make_directories(parent, kFolderMode));
  HANSE_CO_TRY(const LockFile lock, LockFile::acquire(lock_path(folder)));
  Starter starter(runtime, probe, options);
  HANSE_CO_CHECK(co_await starter.check_free());
  HANSE_CO_CHECK(co_await runtime.files.make_directories(folder, kFolderMode));
  HANSE_CO_CHECK(co_await starter.record());
  const Status started = co_await starter.run();
  if (started || options.keep_on_failure) co_return started;
  DownOptions removal{.state_folder = folder};
  const Result<bool> removed = co_await down_locked(runtime, std::move(removal));
  if (removed) co_return started;
  co_return fail(started.error().code, "{}\nand what was made could not be removed: {}",
                 started.error().message, removed.error().message);
}

}  // namespace hanse::testbed
