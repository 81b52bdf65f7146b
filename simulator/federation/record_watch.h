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

  // An invariant: what executes as a copy (spec.copy) has on its disks all that its source's guest had been
  // told is safe when the copy was asked for.
  std::optional<std::string> check_copies(const host::simulated::Fleet& fleet);

  // An invariant: a machine executes only on the host, and in the epoch, in which a zone holds the instance.
  std::optional<std::string> check_rights(const host::simulated::Fleet& fleet);

  // For the quiet end.
  std::vector<TransferView> transfers() const;
  // A zone holds the instance of this uid; what each that is held is meant to do it does, on the host where
  // the fleet has it, and nothing else is left of any.
  std::optional<std::string> check_owners(const host::simulated::Fleet& fleet, const std::string& uid) const;
  // How many transfers ended so, at their sources.
  std::size_t count(model::TransferPhase phase) const;
  // How many have moved it from host to host of one zone.
  std::size_t count_within_zones() const;
  // How many have moved it while it was stopped.
  std::size_t count_cold() const;
  std::size_t count_copies() const;
  // In how many some of the memory came after the guest.
  std::size_t count_post_copies() const;

 private:
  struct Seen {
    model::TransferRole role = model::TransferRole::source;
    model::TransferPhase phase = model::TransferPhase::planned;
    std::string waiting_for;
    bool within_zone = false;
    bool post_copy = false;
    bool cold = false;
    bool copy = false;
  };
  struct Copy {
    std::string source;  // uid
    bool known = false;  // what it must have
    host::simulated::DiskContent content;
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
  std::size_t count_completed(bool Seen::* what) const;

  std::vector<Watched> zones_;
  std::map<Key, Seen> seen_;
  std::map<std::string, std::vector<model::Instance>> instances_;  // by zone
  std::map<std::string, Copy> copies_;                             // by uid
  std::uint64_t version_ = 0;                                      // raised when one of the above changes
  std::uint64_t copies_checked_ = 0;                               // version of the fleet
  std::pair<std::uint64_t, std::uint64_t> rights_checked_;         // versions of the records and of the fleet
};

}  // namespace hanse::simulator
