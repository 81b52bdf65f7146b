// What is to be done with one instance of a host that drains. Pure.
#pragma once

#include <optional>
#include <string>

#include "model/compute.h"
#include "model/host_protocol.h"

namespace hanse::zone {

enum class DrainStep {
  none,      // it moves, or is about to go, by itself
  move,      // live to another host or zone; cold when it is stopped
  re_place,  // nothing of it has ever been made here: another host of the zone is chosen
  stay,      // until something changes, see the reason
};

struct DrainDecision {
  DrainStep step = DrainStep::none;
  std::string reason;  // of stay
};

// What the zone knows of it; `observed` only what the host said after all that it was told.
struct DrainView {
  bool host_connected = false;
  bool leaves_zone = false;  // for another
  std::optional<model::MachineObserved> observed;
};

DrainDecision drain_decision(const model::Instance& instance, const DrainView& view);

}  // namespace hanse::zone
