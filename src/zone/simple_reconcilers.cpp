#include "zone/simple_reconcilers.h"

namespace hanse::zone {
namespace {

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
    model::add_condition(host.status.conditions,
                         {host.status.state, "Connected", connected ? "Connected" : "Disconnected",
                          connected ? "" : "its instances go on running", now});
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
  const bool connected = hosts_.connected(id.name);
  const auto hello = hosts_.hello(id.name);
  const auto written = co_await tables_.hosts.update(id, [&](model::Host& changed) -> Status {
    apply_session(changed, connected, hello, now);
    return {};
  });
  if (!written) co_return fail(written.error());
  co_return Again();
}

}  // namespace hanse::zone
