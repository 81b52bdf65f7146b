#include "simulator/invariants.h"

#include <map>
#include <memory>
#include <utility>

namespace hanse::simulator {
namespace {

using host::simulated::Fleet;
using host::simulated::is_executing;
using host::simulated::SimulatedMachine;

// Looks only when something has changed: most events do not touch a machine.
template <class Check>
Invariant on_change(const Fleet& fleet, Check check) {
  return [&fleet, check, seen = ~std::uint64_t{0}]() mutable -> std::optional<std::string> {
    if (seen == fleet.version()) return std::nullopt;
    seen = fleet.version();
    return check(fleet);
  };
}

std::optional<std::string> two_copies(const Fleet& fleet) {
  std::map<std::string, std::pair<std::string, Epoch>> places;
  for (const auto& [place, machine] : fleet.machines()) {
    if (!is_executing(machine.state.run_state)) continue;
    const auto [first, fresh] = places.try_emplace(place.second, place.first, machine.state.epoch);
    if (fresh) continue;
    return fmt::format("machine {} runs on '{}' in epoch {} and on '{}' in epoch {}", place.second,
                       first->second.first, first->second.second.value, place.first,
                       machine.state.epoch.value);
  }
  return std::nullopt;
}

std::optional<std::string> missing_write(const Fleet& fleet, const std::string& host, const std::string& uid,
                                         const SimulatedMachine& machine) {
  // What restarts elsewhere begins with new disks.
  if (fleet.runs_by_lease(uid)) return std::nullopt;
  const auto acknowledged = fleet.acknowledged().find(uid);
  if (acknowledged == fleet.acknowledged().end() || machine.disk.holds(acknowledged->second))
    return std::nullopt;
  return fmt::format("machine {} on '{}' in epoch {} has {} writes on its disk, and {} were acknowledged",
                     uid, host, machine.state.epoch.value, machine.disk.total(),
                     acknowledged->second.total());
}

std::optional<std::string> lost_write(const Fleet& fleet) {
  for (const auto& [place, machine] : fleet.machines()) {
    if (!is_executing(machine.state.run_state)) continue;
    if (auto wrong = missing_write(fleet, place.first, place.second, machine)) return wrong;
  }
  return std::nullopt;
}

using Epochs = std::map<std::pair<std::string, Epoch>, std::string>;  // to the host where it began

std::optional<std::string> second_place(const Fleet& fleet, Epochs& begun) {
  for (const auto& [place, machine] : fleet.machines()) {
    if (!is_executing(machine.state.run_state)) continue;
    const auto [first, fresh] = begun.try_emplace({place.second, machine.state.epoch}, place.first);
    if (fresh || first->second == place.first) continue;
    return fmt::format("machine {} ran on '{}' in epoch {} and runs on '{}' in the same", place.second,
                       first->second, machine.state.epoch.value, place.first);
  }
  return std::nullopt;
}

bool moved(model::TransferPhase phase) {
  return phase == model::TransferPhase::completed;
}

}  // namespace

Invariant one_copy_runs(const Fleet& fleet) {
  return on_change(fleet, two_copies);
}

Invariant epoch_has_one_place(const Fleet& fleet) {
  return on_change(fleet, [begun = Epochs()](const Fleet& now) mutable { return second_place(now, begun); });
}

Invariant no_write_is_lost(const Fleet& fleet) {
  return on_change(fleet, lost_write);
}

Invariant memory_is_kept(const Fleet& fleet) {
  return on_change(fleet, [](const Fleet& now) {
    return now.booted_anew().empty() ? std::nullopt : std::optional(now.booted_anew());
  });
}

void add_machine_invariants(World& world, const Fleet& fleet) {
  world.add_invariant("one copy runs", one_copy_runs(fleet));
  world.add_invariant("no write is lost", no_write_is_lost(fleet));
  world.add_invariant("an epoch has one place", epoch_has_one_place(fleet));
  world.add_invariant("memory is kept", memory_is_kept(fleet));
}

std::optional<std::string> check_runs_once(const Fleet& fleet, const std::string& uid) {
  int copies = 0;
  for (const auto& [place, machine] : fleet.machines()) {
    if (place.second == uid && machine.state.run_state == host::RunState::running) ++copies;
  }
  if (copies == 1) return std::nullopt;
  return fmt::format("machine {} runs in {} places", uid, copies);
}

std::optional<std::string> check_writes_kept(const Fleet& fleet, const std::string& uid) {
  const SimulatedMachine* owner = nullptr;
  std::string host;
  for (const auto& [place, machine] : fleet.machines()) {
    if (place.second != uid || (owner != nullptr && machine.state.epoch <= owner->state.epoch)) continue;
    owner = &machine;
    host = place.first;
  }
  if (owner == nullptr) return fmt::format("machine {} has no copy anywhere", uid);
  return missing_write(fleet, host, uid, *owner);
}

std::optional<std::string> check_transfers_ended(const std::vector<TransferView>& transfers) {
  std::map<std::string, const TransferView*> first;
  for (const TransferView& transfer : transfers) {
    if (!model::is_end(transfer.phase)) {
      return fmt::format("transfer '{}' in zone '{}' has not ended: phase {}, waiting for '{}'",
                         transfer.name, transfer.zone, static_cast<int>(transfer.phase),
                         transfer.waiting_for);
    }
    const TransferView& other = *first.try_emplace(transfer.name, &transfer).first->second;
    if (moved(other.phase) != moved(transfer.phase)) {
      return fmt::format("zones '{}' and '{}' disagree whether transfer '{}' moved the machine", other.zone,
                         transfer.zone, transfer.name);
    }
  }
  return std::nullopt;
}

}  // namespace hanse::simulator
