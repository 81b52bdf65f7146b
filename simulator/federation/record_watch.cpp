#include "simulator/federation/record_watch.h"

#include <algorithm>
#include <set>
#include <utility>

#include "migration/transfer_machine.h"
#include "simulator/federation/zone_node.h"

namespace hanse::simulator {
namespace {

using model::TransferPhase;
using model::TransferRole;

// Whether the table leads from one phase to the other in any number of steps.
bool leads_to(TransferRole role, TransferPhase from, TransferPhase to) {
  std::set<TransferPhase> reached{from};
  for (std::size_t size = 0; size != reached.size();) {
    size = reached.size();
    for (const migration::Transition& row : migration::transfer_transitions()) {
      if (row.role == role && reached.contains(row.from)) reached.insert(row.to);
    }
  }
  return reached.contains(to);
}

// The source has given the instance away for good, or keeps it for good.
bool gave_away(TransferPhase source) {
  return source == TransferPhase::committed || source == TransferPhase::completed;
}
bool keeps(TransferPhase source) {
  return source == TransferPhase::rolling_back || (model::is_end(source) && !gave_away(source));
}
bool has_taken(TransferPhase target) {
  return target == TransferPhase::granted || target == TransferPhase::completed;
}

// Nullptr while it does not serve.
zone::Zone* zone_of(const Process& process) {
  auto* node = static_cast<ZoneNode*>(process.root());
  return node == nullptr ? nullptr : node->zone();
}

bool holds(const model::Instance& instance) {
  return instance.status.moved_to.empty() && !instance.status.incoming;
}

// It does what it is meant to, and its zone knows.
std::optional<std::string> check_at_rest(const host::simulated::Fleet& fleet,
                                         const model::Instance& instance) {
  const bool meant = instance.spec.power == model::Power::running;
  const auto wanted = meant ? model::PowerState::running : model::PowerState::stopped;
  const std::string& host = instance.status.host;
  if (instance.status.power_state != wanted)
    return fmt::format("the owner of instance '{}' on host '{}' does not say that it {}",
                       instance.metadata.name, host, meant ? "runs" : "is stopped");
  const host::simulated::SimulatedMachine* const machine = fleet.find(host, instance.metadata.uid);
  const host::RunState state = machine == nullptr ? host::RunState::stopped : machine->state.run_state;
  if (state != (meant ? host::RunState::running : host::RunState::stopped))
    return fmt::format("machine {} on host '{}' is not {}", instance.metadata.uid, host,
                       meant ? "running" : "stopped");
  if (meant && machine->state.epoch != instance.status.epoch)
    return fmt::format("machine {} runs in epoch {} and is held in epoch {}", instance.metadata.uid,
                       machine->state.epoch.value, instance.status.epoch.value);
  return std::nullopt;
}

}  // namespace

RecordWatch::RecordWatch(World& world, const std::vector<std::string>& zones) {
  for (const std::string& zone : zones) zones_.push_back(Watched{world.process(zone)});
}

std::optional<std::string> RecordWatch::check() {
  bool changed = false;
  for (Watched& watched : zones_) {
    zone::Zone* const zone = zone_of(watched.process);
    const bool same = watched.zone == zone && zone != nullptr && watched.revision == zone->store().revision();
    if (zone == nullptr || same) continue;
    watched.zone = zone;
    watched.revision = zone->store().revision();
    changed = true;
    if (auto wrong = look_at(watched.process.name(), *zone)) return wrong;
  }
  if (!changed) return std::nullopt;
  ++version_;
  if (auto wrong = check_pairs()) return wrong;
  return check_holders();
}

std::optional<std::string> RecordWatch::look_at(const std::string& name, zone::Zone& zone) {
  const auto transfers = zone.tables().transfers.all();
  const auto instances = zone.tables().instances.all();
  if (!transfers || !instances) return fmt::format("the records of zone '{}' cannot be read", name);
  for (const auto& transfer : *transfers) {
    const model::TransferStatus& now = transfer->status;
    const auto [entry, fresh] = seen_.try_emplace({transfer->metadata.name, name}, Seen{now.role, now.phase});
    Seen& before = entry->second;
    if (!fresh && !leads_to(now.role, before.phase, now.phase)) {
      return fmt::format("transfer '{}' in zone '{}' went from {} to {}", transfer->metadata.name, name,
                         migration::name_of(before.phase), migration::name_of(now.phase));
    }
    before = Seen{.role = now.role,
                  .phase = now.phase,
                  .waiting_for = now.waiting_for,
                  .within_zone = model::is_within_zone(*transfer),
                  .post_copy = now.report && now.report->post_copy,
                  .cold = now.mode == model::TransferMode::cold && !transfer->spec.copy,
                  .copy = transfer->spec.copy.has_value()};
    if (model::keeps_source(*transfer))
      copies_.try_emplace(transfer->metadata.uid, Copy{.source = now.instance_uid});
  }
  auto& known = instances_[name];
  known.clear();
  for (const auto& instance : *instances) known.push_back(*instance);
  return std::nullopt;
}

std::optional<std::string> RecordWatch::check_pairs() const {
  std::map<std::string, TransferPhase> sources;
  for (const auto& [key, seen] : seen_) {
    if (seen.role == TransferRole::source) sources[key.first] = seen.phase;
  }
  for (const auto& [key, seen] : seen_) {
    const auto source = sources.find(key.first);
    if (seen.role == TransferRole::source || source == sources.end()) continue;
    const bool split = (keeps(source->second) && has_taken(seen.phase)) ||
                       (gave_away(source->second) && seen.phase == TransferPhase::rolling_back) ||
                       (gave_away(source->second) && seen.phase == TransferPhase::rolled_back);
    if (!split) continue;
    return fmt::format("transfer '{}' is {} at its source and {} in zone '{}'", key.first,
                       migration::name_of(source->second), migration::name_of(seen.phase), key.second);
  }
  return std::nullopt;
}

std::optional<std::string> RecordWatch::check_holders() const {
  std::map<std::string, std::string> holders;  // uid to zone
  for (const auto& [zone, instances] : instances_) {
    for (const model::Instance& instance : instances) {
      if (!holds(instance)) continue;
      const auto [first, fresh] = holders.try_emplace(instance.metadata.uid, zone);
      if (!fresh)
        return fmt::format("instance '{}' is held by zone '{}' and by zone '{}'", instance.metadata.name,
                           first->second, zone);
    }
  }
  return std::nullopt;
}

// Its source goes on writing, so it may have more.
std::optional<std::string> RecordWatch::check_copies(const host::simulated::Fleet& fleet) {
  for (auto& [uid, copy] : copies_) {
    const auto acknowledged = fleet.acknowledged().find(copy.source);
    if (std::exchange(copy.known, true) || acknowledged == fleet.acknowledged().end()) continue;
    copy.content = acknowledged->second;
  }
  if (std::exchange(copies_checked_, fleet.version()) == fleet.version()) return std::nullopt;
  for (const auto& [place, machine] : fleet.machines()) {
    const auto copy = copies_.find(place.second);
    const bool runs = host::simulated::is_executing(machine.state.run_state);
    if (copy == copies_.end() || !runs || machine.disk.holds(copy->second.content)) continue;
    return fmt::format("copy {} on '{}' lacks writes that were acknowledged when it was asked for",
                       place.second, place.first);
  }
  return std::nullopt;
}

std::optional<std::string> RecordWatch::check_rights(const host::simulated::Fleet& fleet) {
  const std::pair versions{version_, fleet.version()};
  if (std::exchange(rights_checked_, versions) == versions) return std::nullopt;
  for (const auto& [place, machine] : fleet.machines()) {
    if (!host::simulated::is_executing(machine.state.run_state)) continue;
    const auto gives_right = [&](const model::Instance& instance) {
      return holds(instance) && instance.metadata.uid == place.second &&
             instance.status.host == place.first && instance.status.epoch == machine.state.epoch;
    };
    const bool right = std::ranges::any_of(
        instances_, [&](const auto& entry) { return std::ranges::any_of(entry.second, gives_right); });
    if (!right)
      return fmt::format("machine {} executes on '{}' in epoch {}, which no zone holds there", place.second,
                         place.first, machine.state.epoch.value);
  }
  return std::nullopt;
}

std::vector<TransferView> RecordWatch::transfers() const {
  std::vector<TransferView> views;
  for (const auto& [key, seen] : seen_)
    views.push_back({key.second, key.first, seen.phase, seen.waiting_for});
  return views;
}

std::optional<std::string> RecordWatch::check_owners(const host::simulated::Fleet& fleet,
                                                     const std::string& uid) const {
  std::set<host::simulated::Fleet::Place> places;
  bool held = false;
  for (const auto& [zone, instances] : instances_) {
    for (const model::Instance& instance : instances) {
      if (!instance.status.transfer.empty())
        return fmt::format("instance '{}' is still in transfer '{}' in zone '{}'", instance.metadata.name,
                           instance.status.transfer, zone);
      if (!holds(instance)) continue;
      held = held || instance.metadata.uid == uid;
      places.emplace(instance.status.host, instance.metadata.uid);
      if (auto wrong = check_at_rest(fleet, instance)) return wrong;
    }
  }
  if (!held) return "no zone holds the instance";
  for (const auto& [place, machine] : fleet.machines()) {
    if (!places.contains(place))
      return fmt::format("machine {} is left on host '{}', where no zone holds it", place.second,
                         place.first);
  }
  return std::nullopt;
}

std::size_t RecordWatch::count_completed(bool Seen::* what) const {
  return static_cast<std::size_t>(std::ranges::count_if(seen_, [what](const auto& entry) {
    const Seen& seen = entry.second;
    return seen.role == TransferRole::source && seen.*what && seen.phase == TransferPhase::completed;
  }));
}

std::size_t RecordWatch::count_within_zones() const {
  return count_completed(&Seen::within_zone);
}

std::size_t RecordWatch::count_cold() const {
  return count_completed(&Seen::cold);
}

std::size_t RecordWatch::count_copies() const {
  return count_completed(&Seen::copy);
}

std::size_t RecordWatch::count_post_copies() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(seen_, [](const auto& entry) { return entry.second.post_copy; }));
}

std::size_t RecordWatch::count(TransferPhase phase) const {
  return static_cast<std::size_t>(std::ranges::count_if(seen_, [phase](const auto& entry) {
    return entry.second.role == TransferRole::source && entry.second.phase == phase;
  }));
}

}  // namespace hanse::simulator
