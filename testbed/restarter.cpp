#include "testbed/restarter.h"

#include <algorithm>
#include <utility>

#include "testbed/lock_file.h"
#include "testbed/remover.h"
#include "testbed/status_report.h"

namespace hanse::testbed {
namespace {

Result<ZonePlan> find_zone(const Plan& plan, const std::string& name) {
  const auto found = std::find_if(plan.zones.begin(), plan.zones.end(),
                                  [&](const ZonePlan& zone) { return zone.topology.name == name; });
  if (found != plan.zones.end()) return *found;
  return fail(Code::not_found, "testbed '{}' has no zone '{}'; see 'hanse testbed status'", plan.name, name);
}

Result<HostPlan> find_host(const ZonePlan& zone, const std::string& name) {
  const auto found = std::find_if(zone.hosts.begin(), zone.hosts.end(),
                                  [&](const HostPlan& host) { return host.topology.name == name; });
  if (found != zone.hosts.end()) return *found;
  return fail(Code::not_found, "zone '{}' has no host '{}'; see 'hanse testbed status'", zone.topology.name,
              name);
}

Status check_ended(Runtime& runtime, const TestbedState& state, const StartOptions& options) {
  for (const RecordedProcess& process : state.processes) {
    if (process.role == Role::wan || process.zone != options.zone || process.host != options.host) continue;
    if (runtime.processes.alive(process_id(process)))
      return fail(Code::failed_precondition, "'{}' runs already, as process {}",
                  options.host.empty() ? options.zone : options.host, process.pid);
  }
  return {};
}

}  // namespace

Task<Status> start_again(Runtime& runtime, ZoneAccess& access, StartOptions options) {
  HANSE_CO_TRY(const LockFile lock, LockFile::acquire(lock_path(options.state_folder)));
  HANSE_CO_TRY(TestbedState state, co_await read_record(runtime, options.state_folder));
  HANSE_CO_TRY(const Plan plan, make_plan(state.name, options.state_folder, state.topology));
  HANSE_CO_TRY(const ZonePlan zone, find_zone(plan, options.zone));
  Launcher launcher(runtime, access, plan, state, options.programs, options.step_limit);
  if (options.host.empty()) {
    HANSE_CO_CHECK(check_ended(runtime, state, options));
    HANSE_CO_TRY(const ProcessId process, co_await launcher.start_zone(zone));
    co_return co_await launcher.await_zone(zone, process);
  }
  HANSE_CO_TRY(const HostPlan host, find_host(zone, options.host));
  HANSE_CO_CHECK(check_ended(runtime, state, options));
  HANSE_CO_TRY(const ProcessId process, co_await launcher.start_host(zone, host));
  co_return co_await launcher.await_host(zone, host, process);
}

}  // namespace hanse::testbed
