#include "zone/simple_reconcilers.h"

#include <algorithm>

#include "zone/desired.h"

namespace hanse::zone {
namespace {

// What a host says of a machine that is no instance's announces itself to nobody.
constexpr Nanos kLookAgain = Seconds{2};

void apply_session(model::Host& host, bool connected, const std::optional<model::HostHello>& hello,
                   const std::string& now) {
  if (hello) {
    host.status.inventory = hello->inventory;
    host.status.version = hello->version;
    host.status.stream_address = hello->stream_address;
    host.status.boot_id = hello->boot_id;
  }
  host.status.state = connected ? model::ResourceState::active : model::ResourceState::pending;
  if (connected || !host.status.boot_id.empty()) {
    model::add_condition(
        host.status.conditions,
        {host.status.state, "Connected", connected ? "Connected" : "Disconnected",
         connected ? "" : "its instances go on running, but for those whose failover is restart", now});
  }
}

}  // namespace

Task<Result<Again>> HostReconciler::reconcile(std::string key) {
  const ResourceId id = id_of_key(KindOf<model::Host>::kTraits, key);
  const auto host = tables_.hosts.get(id);
  if (!host) {
    if (host.error().code == Code::not_found) co_return Again();
    co_return fail(host.error());
  }
  if ((*host)->metadata.deleted_at) {
    HANSE_CO_CHECK(co_await tables_.hosts.erase(*host));
    co_return Again();
  }
  const std::string now = to_rfc3339(runtime_.clock.wall_now());
  const std::vector<std::string> removed = removed_machines(**host);
  const bool connected = hosts_.connected(id.name);
  const auto hello = hosts_.hello(id.name);
  const auto written = co_await tables_.hosts.update(id, [&](model::Host& changed) -> Status {
    apply_session(changed, connected, hello, now);
    std::erase_if(changed.status.left_machines, [&](const std::string& uid) {
      return std::find(removed.begin(), removed.end(), uid) != removed.end();
    });
    return {};
  });
  if (!written) co_return fail(written.error());
  for (const std::string& uid : removed) hosts_.forget(id.name, uid);
  if (connected && !written->status.left_machines.empty()) co_return Again(kLookAgain);
  co_return Again();
}

std::vector<std::string> HostReconciler::removed_machines(const model::Host& host) {
  std::vector<std::string> removed;
  const std::string& name = host.metadata.name;
  for (const std::string& uid : host.status.left_machines) {
    hosts_.set_desired(name, absent_machine(uid, host.metadata.resource_version));
    const auto observed = hosts_.observed(name, uid);
    const bool heard = observed && observed->generation == hosts_.told_generation(name, uid);
    if (heard && !observed->exists) removed.push_back(uid);
  }
  return removed;
}

}  // namespace hanse::zone
