#include "simulator/federation/wait_watch.h"

#include "migration/transfer_machine.h"
#include "simulator/federation/zone_node.h"

namespace hanse::simulator {

using model::TransferPhase;
using model::TransferRole;

std::string needed_peer(const model::Transfer& transfer) {
  const model::TransferStatus& status = transfer.status;
  if (status.role == TransferRole::target)
    return status.phase == TransferPhase::sending ? status.source_zone : std::string();
  if (status.phase != TransferPhase::committed) return {};
  return transfer.spec.host.value_or(transfer.spec.target_zone);
}

WaitWatch::WaitWatch(World& world, const std::vector<std::string>& zones) : world_(world), zones_(zones) {}

void WaitWatch::tick() {
  for (const std::string& name : zones_) {
    auto* const node = dynamic_cast<ZoneNode*>(world_.process(name).root());
    zone::Zone* const zone = node == nullptr ? nullptr : node->zone();
    if (zone == nullptr) continue;
    const auto transfers = zone->tables().transfers.all();
    if (!transfers) continue;
    for (const auto& stored : *transfers) {
      const auto transfer = zone->transfers().get(zone::id_of(stored->metadata));
      if (transfer) look_at(name, zone, *transfer);
    }
  }
}

void WaitWatch::look_at(const std::string& name, const zone::Zone* zone, const model::Transfer& transfer) {
  const Key key{name, transfer.metadata.name};
  const std::string peer = needed_peer(transfer);
  if (peer.empty() || reaches(name, peer)) {
    waits_.erase(key);
    return;
  }
  Wait& wait = waits_[key];
  if (wait.zone != zone || wait.peer != peer) wait = {.zone = zone, .peer = peer, .since = world_.now()};
  if (world_.now() - wait.since < kPatience) return;
  if (transfer.status.waiting_for == peer) {
    if (!std::exchange(wait.counted, true)) ++named_;
    return;
  }
  wrong_ = fmt::format(
      "transfer '{}' in zone '{}' is {} and cannot reach '{}' for {} s, and says that it waits for '{}'",
      key.second, name, migration::name_of(transfer.status.phase), peer,
      std::chrono::duration_cast<Seconds>(world_.now() - wait.since).count(), transfer.status.waiting_for);
}

bool WaitWatch::reaches(const std::string& from, const std::string& to) {
  return world_.process(to).running() && !world_.links().is_cut(from, to) && !world_.links().is_cut(to, from);
}

}  // namespace hanse::simulator
