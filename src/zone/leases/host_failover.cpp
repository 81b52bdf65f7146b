#include "zone/leases/host_failover.h"

#include "zone/leases/left_copies.h"

namespace hanse::zone {

// In a move its protocol decides where it runs; one that is bound to a host waits for it.
std::optional<MonotonicTime> HostFailover::lost_at(const model::Instance& instance) const {
  const model::InstanceStatus& status = instance.status;
  const bool restarts = instance.spec.failover == model::Failover::restart && !instance.spec.host &&
                        instance.spec.power == model::Power::running;
  if (!restarts || status.incoming || !status.transfer.empty()) return std::nullopt;
  if (services_.hosts.connected(status.host)) return std::nullopt;
  return services_.hosts.lease_end(status.host);
}

Task<Status> HostFailover::take_off(Table<model::Instance>::Pointer instance) {
  std::string message =
      fmt::format("host '{}' is lost; it is restarted on another, with new disks", instance->status.host);
  return take_off(std::move(instance), {"HostLost", std::move(message)});
}

Task<Status> HostFailover::take_off(Table<model::Instance>::Pointer instance, Why why) {
  const std::string uid = instance->metadata.uid;
  const std::string lost = instance->status.host;
  // From here on it is granted no lease there, also when it comes back before this is written.
  services_.hosts.forget(lost, uid);
  const std::string now = to_rfc3339(services_.runtime.clock.wall_now());
  model::Instance changed = *instance;
  changed.status.host.clear();
  ++changed.status.epoch.value;
  changed.status.power_state = model::PowerState::unknown;
  changed.status.state = model::ResourceState::updating;
  model::add_condition(changed.status.conditions,
                       {changed.status.state, "Host", why.reason, why.message, now});
  Tables& tables = services_.tables;
  store::Transaction move{.compares = {tables.instances.unchanged(*instance)},
                          .writes = {tables.instances.write_of(changed)}};
  leave_copy(tables, lost, uid, move);
  const auto written = co_await services_.store.transact(std::move(move));
  if (!written) co_return fail(written.error());
  services_.events.add("instance", to_string(id_of(instance->metadata)), why.reason, why.message);
  co_return Status();
}

bool HostFailover::is_over(const model::Instance& instance) const {
  if (instance.spec.failover != model::Failover::restart) return false;
  const std::string& host = instance.status.host;
  return !services_.hosts.connected(host) && services_.runtime.clock.now() >= services_.hosts.lease_end(host);
}

}  // namespace hanse::zone
