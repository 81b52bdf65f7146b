#include "testbed/status_report.h"

#include <algorithm>
#include <utility>

#include "base/json_mapping.h"
#include "cli/table.h"
#include "testbed/network_namespace.h"
#include "testbed/process_table.h"
#include "testbed/wan_client.h"

namespace hanse::testbed {

HANSE_DEFINE_JSON(ProcessReport)
HANSE_DEFINE_JSON(ZoneReport)
HANSE_DEFINE_JSON(StatusReport)

namespace {

constexpr Bytes kStateLimit{4 << 20};

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
                    .network_namespace = plan.network_namespace,
                    .zone = report_process(runtime, state, Role::zone, topology.name, ""),
                    .guests = count_guests(processes, plan.network_namespace)};
  for (const HostPlan& host : plan.hosts)
    report.hosts.push_back(report_process(runtime, state, Role::host, topology.name, host.topology.name));
  return report;
}

std::string process_text(const ProcessReport& process) {
  if (process.running) return fmt::format("{} (pid {})", process.name, process.pid);
  return process.name + (process.pid == 0 ? " (not started)" : " (ended)");
}

std::string limit_text(double value, std::string_view unit) {
  return value == 0 ? "no limit" : fmt::format("{:g} {}", value, unit);
}

}  // namespace

Task<Result<TestbedState>> read_record(Runtime& runtime, std::string state_folder) {
  const std::string path = state_folder + "/testbed.json";
  const Result<std::string> text = co_await runtime.files.read(path, kStateLimit);
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

std::string status_table(const StatusReport& report) {
  cli::Table zones{
      .header = {"ZONE", "PROVIDER", "STATE", "CITY", "ADDRESS", "ZONE PROCESS", "HOSTS", "GUESTS"}};
  for (const ZoneReport& zone : report.zones) {
    std::vector<std::string> hosts;
    for (const ProcessReport& host : zone.hosts) hosts.push_back(process_text(host));
    zones.rows.push_back({zone.name, zone.provider, zone.member_state, zone.city, zone.address,
                          process_text(zone.zone), fmt::format("{}", fmt::join(hosts, ", ")),
                          std::to_string(zone.guests)});
  }
  cli::Table links{.header = {"LINK", "ROUND TRIP", "RATE", "LOSS", "SENT", "DROPPED"}};
  for (const LinkReport& link : report.links)
    links.rows.push_back({fmt::format("{} -> {}{}", link.from, link.to, link.cut ? " (cut)" : ""),
                          fmt::format("{:g} ms", link.delay_ms * 2), limit_text(link.mbit, "Mbit/s"),
                          fmt::format("{:g} %", link.loss_percent),
                          fmt::format("{:.1f} MB", link.bytes / 1e6),
                          std::to_string(link.dropped_cut + link.dropped_loss + link.dropped_queue)});
  std::string text =
      fmt::format("testbed {}, {}, {}\n\n", report.name,
                  json::mapping::write(report.phase).as_string().c_str(), process_text(report.wan));
  text += cli::render(zones);
  if (!links.rows.empty()) text += "\n" + cli::render(links);
  return text + fmt::format("\nHANSE_CONFIG={} lets hanse speak to its zones\n", report.contexts_file);
}

}  // namespace hanse::testbed
