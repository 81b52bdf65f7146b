// The pure step from what a host says of a machine to the status of its instance.
#pragma once

#include <optional>
#include <string>

#include "model/host_protocol.h"

namespace hanse::zone {

struct HostView {
  bool connected = false;
  std::optional<model::MachineObserved> observed;
};

// Changes the status in place; `now` is the time for a new condition.
void apply_observed(model::Instance& instance, const HostView& view, const std::string& now);

}  // namespace hanse::zone
