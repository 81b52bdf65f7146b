// The pure step from the zone's records to what a host is told: one instance, with the SKU, image and disks
// that it refers to, becomes one MachineDesired.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/host_protocol.h"
#include "model/storage.h"

namespace hanse::zone {

// All that an instance refers to, as it is now. Null where it does not exist any more; a running machine does
// not need it.
struct InstanceContext {
  const model::InstanceSku* sku = nullptr;
  struct Disk {
    const model::BlockStorage* storage = nullptr;
    const model::Image* image = nullptr;  // null: an empty disk
  };
  std::vector<Disk> disks;  // boot first
};

// Errors: failed_precondition naming what is missing.
Result<model::MachineDesired> desired_machine(const model::Instance& instance, const InstanceContext& context,
                                              std::optional<model::MoveOrder> move);

// Of a post-copy whose source has committed: what its host still sends, in the epoch that has ended. Whatever
// of the instance's records may be gone by now.
model::MachineDesired committed_machine(const model::Instance& instance, Epoch epoch, model::MoveOrder order);

// What a host is to do with a machine that is not (or no longer) to be there: goal absent.
model::MachineDesired absent_machine(const model::Instance& instance);
// Of one whose instance is elsewhere; `generation` is the version of the record that says so.
model::MachineDesired absent_machine(const std::string& uid, std::int64_t generation);

}  // namespace hanse::zone
