// The plan of a transfer at its source: what stands against it, from what this zone knows. Pure.
#pragma once

#include <optional>
#include <string>

#include "migration/mode.h"
#include "model/host_messages.h"
#include "model/transfer.h"

namespace hanse::zone {

struct PlanView {
  const model::Instance* instance = nullptr;  // null: gone
  bool host_connected = false;
  std::optional<model::HostHello> host;
  std::optional<model::MachineObserved> observed;
};

// How it moves, from what is known at this moment. Errors: failed_precondition with the reason and the
// remedy.
Result<migration::ModeChoice> choose_mode(const model::TransferSpec& spec, model::TransferMode asked,
                                          const PlanView& view);

// Whether it still can, in the mode that was chosen. Errors: as above.
Status check_plan(const model::Transfer& transfer, const PlanView& view);

}  // namespace hanse::zone
