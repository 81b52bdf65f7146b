#include "testbed/remover.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <unistd.h>
#include <utility>

#include "runtime/sleep.h"
#include "testbed/lock_file.h"
#include "testbed/network_namespace.h"

namespace hanse::testbed {
namespace {

constexpr Nanos kEndPoll = Millis{50};
constexpr Nanos kGroupLimit = Seconds{2};
constexpr Bytes kPidFileLimit{64};
constexpr std::string_view kControlGroups = "/sys/fs/cgroup/";
constexpr Bytes kStateLimit{4 << 20};
// Processes that start others while they are being ended are found in a later round.
constexpr int kMaxRounds = 10;

Task<std::set<std::int64_t>> read_guests(Runtime& runtime, std::string host_data_folder) {
  std::set<std::int64_t> guests;
  const std::string instances = host_data_folder + "/instances";
  const auto names = co_await runtime.files.list(instances);
  if (!names) co_return guests;
  for (const std::string& name : *names) {
    for (const char* place : {"/run/qemu.pid", "/qemu.pid"}) {
      const Result<std::string> text =
          co_await runtime.files.read(instances + "/" + name + place, kPidFileLimit);
      std::int64_t pid = 0;
      if (text && std::from_chars(text->data(), text->data() + text->size(), pid).ec == std::errc() &&
          pid > 0)
        guests.insert(pid);
    }
  }
  co_return guests;
}

// A process that has just ended has no command line any more and is in its group for a moment still.
Task<void> remove_control_group(Runtime& runtime, std::string group) {
  const MonotonicTime deadline = runtime.clock.now() + kGroupLimit;
  while (::rmdir(group.c_str()) != 0 && errno == EBUSY && runtime.clock.now() < deadline)
    co_await sleep_for(runtime.scheduler, kEndPoll);
}

// Those that the host made for its guests and wrote down. Requires: the guests have ended. Only groups of
// that name go, whatever the file says.
Task<void> remove_control_groups(Runtime& runtime, std::string host_data_folder) {
  const std::string instances = host_data_folder + "/instances";
  const auto names = co_await runtime.files.list(instances);
  if (!names) co_return;
  for (const std::string& name : *names) {
    const auto list =
        co_await runtime.files.read(instances + "/" + name + "/control_groups", kSmallFileLimit);
    if (!list) continue;
    std::istringstream lines(*list);
    for (std::string group; std::getline(lines, group);) {
      const bool is_its_own = group.starts_with(kControlGroups) && group.find("..") == std::string::npos &&
                              group.find("/hanse-" + name) != std::string::npos;
      if (is_its_own) co_await remove_control_group(runtime, std::move(group));
    }
  }
}

bool any_alive(Runtime& runtime, const std::vector<ProcessId>& processes) {
  return std::any_of(processes.begin(), processes.end(),
                     [&](const ProcessId& process) { return runtime.processes.alive(process); });
}

// Asks, waits, kills.
Task<void> end_processes(Runtime& runtime, std::vector<ProcessId> processes, Nanos grace) {
  for (const int signal : {SIGTERM, SIGKILL}) {
    for (const ProcessId& process : processes) runtime.processes.signal(process, signal);
    const MonotonicTime deadline = runtime.clock.now() + grace;
    while (any_alive(runtime, processes) && runtime.clock.now() < deadline)
      co_await sleep_for(runtime.scheduler, kEndPoll);
  }
}

Status refuse_from_inside(const Belongings& belongings) {
  const std::vector<ProcessInfo> all = list_processes();
  const std::set<std::int64_t> line = with_ancestors(all, ::getpid());
  for (const ProcessInfo& process : find_belonging(all, belongings))
    if (line.contains(process.id.pid))
      return fail(Code::failed_precondition,
                  "this command runs inside the testbed that it would remove; leave its shell first");
  return {};
}

Task<Status> end_all(Runtime& runtime, Plan plan, TestbedState state, Nanos grace) {
  std::vector<ProcessId> hosts;
  for (const RecordedProcess& process : state.processes)
    if (process.role == Role::host) hosts.push_back(process_id(process));
  co_await end_processes(runtime, std::move(hosts), grace);
  std::vector<ProcessInfo> left;
  for (int round = 0; round < kMaxRounds; ++round) {
    Belongings belongings = co_await find_belongings(runtime, plan, state);
    left = find_belonging(list_processes(), belongings);
    if (left.empty()) co_return Status();
    std::vector<ProcessId> processes;
    for (const ProcessInfo& process : left) processes.push_back(process.id);
    co_await end_processes(runtime, std::move(processes), grace);
  }
  co_return fail(Code::internal,
                 "process {} of the testbed does not end ({}); end it by hand and run 'down' again",
                 left.front().id.pid, left.front().command_line);
}

Task<Status> remove_namespaces(Runtime& runtime, Plan plan) {
  for (const ZonePlan& zone : plan.zones) {
    if (!namespace_inode(namespace_path(zone.network_namespace))) continue;
    ProcessOptions options;
    options.arguments = {"ip", "netns", "delete", zone.network_namespace};
    HANSE_CO_TRY(const ProcessResult result, co_await runtime.processes.run(std::move(options)));
    if (result.exit_status != 0)
      co_return fail(Code::internal, "network namespace '{}' cannot be removed: {}", zone.network_namespace,
                     result.error_output);
  }
  co_return Status();
}

// A folder that `up` had made, and no more, when it was killed.
Task<Result<bool>> remove_without_record(Runtime& runtime, std::string folder) {
  const auto entries = co_await runtime.files.list(folder);
  if (!entries && entries.error().code == Code::not_found) co_return false;
  if (!entries) co_return fail(entries.error());
  // write_atomically() may have been killed before its rename, and leaves its temporary file then.
  const bool only_half_a_record = std::all_of(entries->begin(), entries->end(), [](const std::string& name) {
    return name.find("testbed.json") != std::string::npos;
  });
  if (!only_half_a_record)
    co_return fail(Code::failed_precondition,
                   "folder {} is none of a testbed: it has no testbed.json; check --state", folder);
  HANSE_CO_CHECK(co_await runtime.files.remove_all(folder));
  co_return true;
}

}  // namespace

std::string lock_path(const std::string& state_folder) {
  return state_folder + ".lock";
}

Task<Belongings> find_belongings(Runtime& runtime, Plan plan, TestbedState state) {
  Belongings belongings{.state_folder = plan.state_folder, .wan_folder = plan.wan_folder};
  for (const RecordedProcess& process : state.processes) belongings.recorded.push_back(process_id(process));
  for (const ZonePlan& zone : plan.zones) {
    if (const auto inode = namespace_inode(namespace_path(zone.network_namespace)); inode)
      belongings.network_namespaces.insert(*inode);
    for (const HostPlan& host : zone.hosts)
      belongings.guests.merge(co_await read_guests(runtime, host.data_folder));
  }
  co_return belongings;
}

Task<Result<bool>> down_locked(Runtime& runtime, DownOptions options) {
  const std::string path = options.state_folder + "/testbed.json";
  const Result<std::string> text = co_await runtime.files.read(path, kStateLimit);
  if (!text && text.error().code == Code::not_found)
    co_return co_await remove_without_record(runtime, options.state_folder);
  if (!text) co_return fail(text.error());
  HANSE_CO_TRY(TestbedState state, read_state(path, *text));
  HANSE_CO_TRY(const Plan plan, make_plan(state.name, options.state_folder, state.topology));
  Belongings belongings = co_await find_belongings(runtime, plan, state);
  HANSE_CO_CHECK(refuse_from_inside(belongings));
  state.phase = TestbedPhase::stopping;
  HANSE_CO_CHECK(co_await runtime.files.write_atomically(path, write_state(state)));
  if (options.progress) options.progress(fmt::format("ending the processes of {} zones", plan.zones.size()));
  HANSE_CO_CHECK(co_await end_all(runtime, plan, state, options.grace));
  for (const ZonePlan& zone : plan.zones)
    for (const HostPlan& host : zone.hosts) co_await remove_control_groups(runtime, host.data_folder);
  HANSE_CO_CHECK(co_await remove_namespaces(runtime, plan));
  HANSE_CO_CHECK(co_await runtime.files.remove_all(plan.state_folder));
  co_return true;
}

Task<Result<bool>> down(Runtime& runtime, DownOptions options) {
  if (::geteuid() != 0)
    co_return fail(Code::permission_denied, "removing a testbed needs root; run it with sudo");
  while (options.state_folder.size() > 1 && options.state_folder.ends_with('/'))
    options.state_folder.pop_back();
  const std::string parent = std::filesystem::path(options.state_folder).parent_path().string();
  const Result<FileInfo> there = co_await runtime.files.info(parent);
  if (!there && there.error().code == Code::not_found) co_return false;
  HANSE_CO_TRY(const LockFile lock, LockFile::acquire(lock_path(options.state_folder)));
  co_return co_await down_locked(runtime, std::move(options));
}

}  // namespace hanse::testbed
