// The plan of a transfer at its source: what stands against it, from what this zone knows. Pure.
#pragma once

#include <optional>

#include "model/host_messages.h"
#include "model/transfer.h"

namespace hanse::zone {

struct PlanView {
  const model::Instance* instance = nullptr;  // null: gone
  bool host_connected = false;
  std::optional<model::HostHello> host;
  std::optional<model::MachineObserved> observed;
};

// Errors: failed_precondition with the reason and the remedy.
Status check_plan(const model::Transfer& transfer, const PlanView& view);

}  // namespace hanse::zone
