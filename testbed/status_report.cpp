#include "testbed/status_report.h"

#include <algorithm>
#include <utility>

#include "base/json_mapping.h"
#include "testbed/network_namespace.h"
#include "testbed/process_table.h"
#include "testbed/wan_client.h"

namespace hanse::testbed {

HANSE_DEFINE_JSON(ProcessReport)
HANSE_DEFINE_JSON(ZoneReport)
HANSE_DEFINE_JSON(StatusReport)

namespace {

constexpr Bytes kStatusLimit{4 << 20};

ProcessReport report_process(const Runtime& runtime, const TestbedState& state, Role role,
                             const std::string& zone, const std::string& host) {
  ProcessReport report{.name = host.empty() ? zone : host};
  for (const RecordedProcess& process : state.processes) {
    if (process.role != role || process.zone != zone || process.host != host) continue;
    report.pid = process.pid;
    report.running = runtime.processes.alive(process_id(process));
  }
  return report;
}

int count_guests(const std::vector<ProcessInfo>& processes, const std::string& network_namespace) {
  const Result<std::uint64_t> inode = namespace_inode(namespace_path(network_namespace));
  if (!inode) return 0;
  return static_cast<int>(std::count_if(processes.begin(), processes.end(), [&](const ProcessInfo& process) {
    const std::string program = process.command_line.substr(0, process.command_line.find(' '));
    return process.network_namespace == *inode && program.find("qemu-system") != std::string::npos;
  }));
}

ZoneReport report_zone(const Runtime& runtime, const TestbedState& state, const ZonePlan& plan,
                       const std::vector<ProcessInfo>& processes) {
  const ZoneTopology& topology = plan.topology;
  ZoneReport report{.name = topology.name,
                    .provider = topology.provider,
                    .member_state = topology.member_state,
                    .city = topology.city,
                    .address = plan.address,
                    .endpoint = "https://" + to_string(endpoint_of(plan)),
                    .network_namespace = plan.network_namespace,
                    .zone = report_process(runtime, state, Role::zone, topology.name, ""),
                    .guests = count_guests(processes, plan.network_namespace)};
  for (const HostPlan& host : plan.hosts)
    report.hosts.push_back(report_process(runtime, state, Role::host, topology.name, host.topology.name));
  return report;
}

}  // namespace

Task<Result<TestbedState>> read_record(Runtime& runtime, std::string state_folder) {
  const std::string path = state_folder + "/testbed.json";
  const Result<std::string> text = co_await runtime.files.read(path, kStatusLimit);
  if (!text && text.error().code == Code::not_found)
    co_return fail(Code::not_found, "there is no testbed in {}; start one with 'hanse testbed up'",
                   state_folder);
  if (!text) co_return fail(text.error());
  co_return read_state(path, *text);
}

Task<Result<Plan>> read_plan(Runtime& runtime, std::string state_folder) {
  HANSE_CO_TRY(TestbedState state, co_await read_record(runtime, state_folder));
  co_return make_plan(state.name, state_folder, std::move(state.topology));
}

Task<Result<StatusReport>> read_status(Runtime& runtime, std::string state_folder) {
  HANSE_CO_TRY(const TestbedState state, co_await read_record(runtime, state_folder));
  HANSE_CO_TRY(const Plan plan, make_plan(state.name, state_folder, state.topology));
  StatusReport report{.name = state.name,
                      .phase = state.phase,
                      .state_folder = plan.state_folder,
                      .contexts_file = plan.contexts_file,
                      .wan = report_process(runtime, state, Role::wan, "", "")};
  report.wan.name = "wan";
  const std::vector<ProcessInfo> processes = list_processes();
  for (const ZonePlan& zone : plan.zones)
    report.zones.push_back(report_zone(runtime, state, zone, processes));
  auto links = co_await read_links(runtime, wan_options(plan).control_socket);
  if (!links) co_return report;
  std::erase_if(
      *links, [](const LinkReport& link) { return link.from == kOperatorPort || link.to == kOperatorPort; });
  report.links = std::move(*links);
  co_return report;
}

}  // namespace hanse::testbed
