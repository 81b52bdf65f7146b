// WaitWatch: that a transfer which can do nothing without a peer that cannot be reached says for which peer
// it waits: at its source once that has committed, and at its target while that asks for the outcome.
//
// Lifecycle: as long as the run; tick() once in kTick. Thread: one.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/transfer.h"
#include "simulator/world.h"
#include "zone/zone.h"

namespace hanse::simulator {

// Zone or host; empty: it needs nobody's answer, or may still give up.
std::string needed_peer(const model::Transfer& transfer);

class WaitWatch {
 public:
  // Requires: the names are those of processes whose roots are ZoneNodes.
  WaitWatch(World& world, const std::vector<std::string>& zones);

  void tick();
  // One record, as `zone`, the newest run of the zone of this name, shows it now.
  void look_at(const std::string& name, const zone::Zone* zone, const model::Transfer& transfer);
  // An invariant.
  const std::optional<std::string>& wrong() const { return wrong_; }
  // How many waited for kPatience and named the peer.
  std::size_t named() const { return named_; }

  static constexpr Nanos kTick = Seconds{1};
  // Longer than a request waits for its answer, twice.
  static constexpr Nanos kPatience = Seconds{60};

 private:
  struct Wait {
    const zone::Zone* zone = nullptr;  // of one that has started anew there is another
    std::string peer;
    Nanos since{0};
    bool counted = false;
  };
  using Key = std::pair<std::string, std::string>;  // zone, transfer

  bool reaches(const std::string& from, const std::string& to);

  World& world_;
  std::vector<std::string> zones_;
  std::map<Key, Wait> waits_;
  std::size_t named_ = 0;
  std::optional<std::string> wrong_;
};

}  // namespace hanse::simulator
