// RecordWatch: what the zones' records say, as an observer outside of the code under test sees it: at every
// step of a run, and at its quiet end.
//
// Lifecycle: as long as the run. Thread: one. It looks at zones that serve; of one that is down it knows what
// it last saw.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/compute.h"
#include "model/transfer.h"
#include "simulator/invariants.h"
#include "simulator/world.h"
#include "store/store.h"
#include "zone/zone.h"

namespace hanse::simulator {

class RecordWatch {
 public:
  // Requires: the names are those of processes whose roots are ZoneNodes.
  RecordWatch(World& world, const std::vector<std::string>& zones);

  // An invariant: each record steps along the table of docs/states/transfer.md, no end is left, the two ends
  // of a transfer never contradict each other, and at most one zone holds the instance.
  std::optional<std::string> check();

  // An invariant: a machine executes only on the host, and in the epoch, in which a zone holds the instance.
  std::optional<std::string> check_rights(const host::simulated::Fleet& fleet);

  // For the quiet end.
  std::vector<TransferView> transfers() const;
  // Exactly one zone holds the instance, on the host where the fleet runs it, and nothing else is left of it.
  std::optional<std::string> check_owner(const host::simulated::Fleet& fleet) const;
  // How many transfers ended so, at their sources.
  std::size_t count(model::TransferPhase phase) const;
  // How many have moved it from host to host of one zone.
  std::size_t count_within_zones() const;
  // In how many some of the memory came after the guest.
  std::size_t count_post_copies() const;

 private:
  struct Seen {
    model::TransferRole role = model::TransferRole::source;
    model::TransferPhase phase = model::TransferPhase::planned;
    std::string waiting_for;
    bool within_zone = false;
    bool post_copy = false;
  };
  using Key = std::pair<std::string, std::string>;  // transfer, zone

  struct Watched {
    Process& process;
    const zone::Zone* zone = nullptr;  // that was looked at last, and
    store::Revision revision = store::kNoRevision;
  };

  std::optional<std::string> look_at(const std::string& name, zone::Zone& zone);
  std::optional<std::string> check_pairs() const;
  std::optional<std::string> check_holders() const;

  std::vector<Watched> zones_;
  std::map<Key, Seen> seen_;
  std::map<std::string, std::vector<model::Instance>> instances_;  // by zone
  std::uint64_t version_ = 0;                                      // raised when one of the above changes
  std::pair<std::uint64_t, std::uint64_t> rights_checked_;         // versions of the records and of the fleet
};

}  // namespace hanse::simulator
