#include "testbed/starter.h"

#include <filesystem>
#include <unistd.h>
#include <utility>

#include "base/scope.h"
#include "testbed/lock_file.h"
#include "testbed/network_namespace.h"
#include "testbed/remover.h"
#include "testbed/testbed_state.h"
#include "testbed/tournament.h"

namespace hanse::testbed {
namespace {

constexpr int kTokenDigits = 64;
// Guests run as an unprivileged user, who must reach its folder below; secrets are in files of mode 0600.
constexpr std::uint32_t kFolderMode = 0755;

// One `up`, a step a function. Lives in the frame of up_locked().
class Starter {
 public:
  Starter(Runtime& runtime, ZoneAccess& access, const UpOptions& options)
      : runtime_(runtime),
        access_(access),
        options_(options),
        plan_(options.plan),
        launcher_(runtime, access, plan_, state_, options.programs, options.step_limit) {
    state_.name = plan_.name;
    state_.topology = plan_.topology;
  }

  Task<Status> check_free();
  Task<Status> record() { return launcher_.record(); }
  Task<Status> run();

 private:
  Task<Status> write_files();
  Task<Status> make_namespaces();
  Task<Status> start_wan();
  Task<Status> start_zones();
  Task<Status> introduce_zones();
  Task<void> introduce(ZonePlan one, ZonePlan other, Status& result);
  Task<Status> start_hosts();
  Task<Status> await_offers();
  Task<Status> run_ip(std::vector<std::string> arguments);
  void tell(const std::string& line) const {
    if (options_.progress) options_.progress(line);
  }

  Runtime& runtime_;
  ZoneAccess& access_;
  const UpOptions& options_;
  const Plan& plan_;
  TestbedState state_;
  Launcher launcher_;
  std::vector<ProcessId> zone_processes_;
};

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

Task<Status> Starter::run() {
  HANSE_CO_CHECK(co_await write_files());
  HANSE_CO_CHECK(co_await make_namespaces());
  HANSE_CO_CHECK(co_await start_wan());
  HANSE_CO_CHECK(co_await start_zones());
  HANSE_CO_CHECK(co_await introduce_zones());
  HANSE_CO_CHECK(co_await start_hosts());
  HANSE_CO_CHECK(co_await await_offers());
  state_.phase = TestbedPhase::running;
  co_return co_await record();
}

Task<Status> Starter::write_files() {
  HANSE_CO_CHECK(co_await runtime_.files.make_directories(plan_.wan_folder, kFolderMode));
  for (const ZonePlan& zone : plan_.zones) {
    HANSE_CO_CHECK(co_await runtime_.files.make_directories(zone.data_folder, kFolderMode));
    for (const HostPlan& host : zone.hosts)
      HANSE_CO_CHECK(co_await runtime_.files.make_directories(host.data_folder, kFolderMode));
    HANSE_CO_CHECK(co_await runtime_.files.write_atomically(
        zone.admin_token_file, random_token(runtime_.random, kTokenDigits) + "\n"));
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

Task<Status> Starter::start_wan() {
  tell(fmt::format("WAN between {} zones", plan_.zones.size()));
  HANSE_CO_TRY(const ProcessId id, co_await launcher_.start_wan());
  co_return co_await launcher_.await_wan(id);
}

Task<Status> Starter::start_zones() {
  for (const ZonePlan& zone : plan_.zones) {
    HANSE_CO_TRY(const ProcessId id, co_await launcher_.start_zone(zone));
    zone_processes_.push_back(id);
  }
  for (std::size_t i = 0; i < plan_.zones.size(); ++i) {
    const ZonePlan& zone = plan_.zones[i];
    HANSE_CO_CHECK(co_await launcher_.await_zone(zone, zone_processes_[i]));
    tell(fmt::format("zone {} ({}, {})", zone.topology.name, zone.topology.provider, zone.topology.city));
  }
  co_return Status();
}

Task<void> Starter::introduce(ZonePlan one, ZonePlan other, Status& result) {
  const Status done = co_await access_.introduce(one, other);
  if (!done && result)
    result = fail(done.error().code, "zones '{}' and '{}' cannot be introduced: {}", one.topology.name,
                  other.topology.name, done.error().message);
}

// No zone is in two introductions at a time: each changes its peers, and with them what its server trusts.
Task<Status> Starter::introduce_zones() {
  for (const TournamentRound& round : tournament(plan_.zones.size())) {
    Status result;
    Scope introductions;
    for (const auto& [one, other] : round)
      if (!introductions.spawn(introduce(plan_.zones[one], plan_.zones[other], result)))
        co_return fail(Code::internal, "too many introductions at a time");
    co_await introductions.wait_idle();
    HANSE_CO_CHECK(std::move(result));
  }
  tell(fmt::format("federation of {} zones", plan_.zones.size()));
  co_return Status();
}

Task<Status> Starter::start_hosts() {
  std::vector<ProcessId> processes;
  for (const ZonePlan& zone : plan_.zones) {
    for (const HostPlan& host : zone.hosts) {
      HANSE_CO_CHECK(co_await launcher_.enrol_host(zone, host));
      HANSE_CO_TRY(const ProcessId id, co_await launcher_.start_host(zone, host));
      processes.push_back(id);
    }
  }
  auto process = processes.begin();
  for (const ZonePlan& zone : plan_.zones) {
    for (const HostPlan& host : zone.hosts) {
      HANSE_CO_CHECK(co_await launcher_.await_host(zone, host, *process++));
      tell(fmt::format("host {} ({} vCPU, {} MiB)", host.topology.name, host.topology.vcpu,
                       host.topology.memory_mib));
    }
  }
  co_return Status();
}

// Digests that tell of the hosts take some seconds; a policy that is placed before would see zones without
// room.
Task<Status> Starter::await_offers() {
  for (std::size_t i = 0; i < plan_.zones.size(); ++i)
    HANSE_CO_CHECK(co_await launcher_.await_offers(plan_.zones[i], zone_processes_[i]));
  tell("each zone knows what the others offer");
  co_return Status();
}

}  // namespace

Task<Status> up(Runtime& runtime, ZoneAccess& access, UpOptions options) {
  if (::geteuid() != 0)
    co_return fail(Code::permission_denied,
                   "a testbed makes network namespaces, which needs root; run it with sudo");
  const std::string& folder = options.plan.state_folder;
  const std::string parent = std::filesystem::path(folder).parent_path().string();
  HANSE_CO_CHECK(co_await runtime.files.make_directories(parent, kFolderMode));
  HANSE_CO_TRY(const LockFile lock, LockFile::acquire(lock_path(folder)));
  Starter starter(runtime, access, options);
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
