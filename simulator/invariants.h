// What must hold at every step of a run, and what must hold at its quiet end. Pure checks over the fleet's
// truth; each answers with what is wrong.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/drivers/simulated/fleet.h"
#include "model/transfer.h"
#include "simulator/world.h"

namespace hanse::simulator {

// No machine executes in two places, in whatever epochs.
Invariant one_copy_runs(const host::simulated::Fleet& fleet);

// Whenever a copy executes, its disk holds every write that a guest of this machine was told is safe.
Invariant no_write_is_lost(const host::simulated::Fleet& fleet);

// The right to run is (machine, epoch): an epoch that has begun in one place begins in no other, ever.
Invariant epoch_has_one_place(const host::simulated::Fleet& fleet);

// A guest is booted anew only where it was stopped, or where what had its memory has died.
Invariant memory_is_kept(const host::simulated::Fleet& fleet);

// Adds all four.
void add_machine_invariants(World& world, const host::simulated::Fleet& fleet);

// At the quiet end: the machine executes in exactly one place.
std::optional<std::string> check_runs_once(const host::simulated::Fleet& fleet, const std::string& uid);
// At the quiet end, running or not: the copy of the highest epoch holds every acknowledged write.
std::optional<std::string> check_writes_kept(const host::simulated::Fleet& fleet, const std::string& uid);

// One zone's record of a transfer.
struct TransferView {
  std::string zone;
  std::string name;
  model::TransferPhase phase = model::TransferPhase::planned;
  std::string waiting_for;
};
using TransferViews = std::function<std::vector<TransferView>()>;

// At the quiet end: every record has ended, and the zones that keep a record of one transfer agree whether
// the machine moved.
std::optional<std::string> check_transfers_ended(const std::vector<TransferView>& transfers);

}  // namespace hanse::simulator
