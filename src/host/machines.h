// Machines: owner of all Machine objects of this host: those that an earlier run left and those that the zone
// names. It tells the zone what each is: everything on a new stream, then what changes; progress of a move at
// most every kProgressInterval a machine, any other change at once.
//
// Lifecycle: recover(), then report_changes() for as long as the agent runs. Destroying it leaves the
// machines running. Thread: the loop. Failure: what the zone says of a machine that cannot be is logged and
// ignored.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "host/machine.h"

namespace hanse::host {

inline constexpr std::size_t kMaxMachines = 10'000;
inline constexpr Nanos kProgressInterval = Millis{500};
// A machine that is gone is forgotten when it was told so long ago.
inline constexpr Nanos kGoneKept = Seconds{600};

class Machines {
 public:
  using Report = std::function<void(model::MachineObserved)>;

  Machines(MachineContext& context, Report report);

  // Errors: those of the driver.
  Task<Status> recover();
  // For ever.
  Task<void> report_changes();

  // A new stream to the zone: tells everything.
  void stream_opened();
  void set_desired(model::MachineDesired desired);
  // The zone has named all that it wants: what it did not name and does not exist is forgotten.
  void synced();

  // Whether this host itself told that endpoint for a machine that it receives in that transfer.
  bool receives_at(const std::string& transfer, const std::string& endpoint) const;
  // Of all image files that a machine has or is to have, by digest.
  std::set<std::string> used_blobs() const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::unique_ptr<Machine> machine;
    bool named = false;                          // by the zone, on this stream
    std::optional<model::MachineObserved> told;  // on this stream
    MonotonicTime told_at;
  };

  Entry* find_or_make(const std::string& uid);
  // How long nothing has to be told of it unless something else changes.
  Nanos tell(Entry& entry);
  Nanos tell_all();
  void forget_gone();

  MachineContext& context_;
  Logger log_;
  Report report_;
  std::map<std::string, Entry> entries_;  // by uid
};

}  // namespace hanse::host
