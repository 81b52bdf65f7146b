// Hypervisor: the simulated machines of all hosts of a World, over its links. It outlives crashes of the
// agents, as guests do. A host's name in the fleet is the name of its agent's process.
#pragma once

#include <string>

#include "host/drivers/simulated/fleet.h"
#include "simulator/process_loop.h"

namespace hanse::simulator {

class WorldWire final : public host::simulated::Wire {
 public:
  explicit WorldWire(const Links& links) : links_(links) {}
  bool reaches(const std::string& from, const std::string& to) const override {
    return !links_.is_cut(from, to);
  }
  BytesPerSecond rate(const std::string& from, const std::string& to) const override {
    constexpr BytesPerSecond kUnlimited{1'000'000'000};
    const BytesPerSecond rate = links_.settings(from, to).bandwidth;
    return rate.value > 0 ? rate : kUnlimited;
  }
  Nanos latency(const std::string& from, const std::string& to) const override {
    return links_.settings(from, to).latency;
  }

 private:
  const Links& links_;
};

class Hypervisor {
 public:
  explicit Hypervisor(Core& core, host::simulated::FleetOptions options = {})
      : loop_(core, kWorldOwner, ClockError()),
        random_(core.random.next()),
        wire_(core.links),
        fleet_(loop_, loop_, random_, wire_, options) {}

  host::simulated::Fleet& fleet() { return fleet_; }

 private:
  ProcessLoop loop_;
  SeededRandom random_;
  WorldWire wire_;
  host::simulated::Fleet fleet_;
};

}  // namespace hanse::simulator
