#include "zone/transfers/arrivals.h"

#include <algorithm>
#include <utility>

namespace hanse::zone {
namespace {

bool boots_there(model::TransferMode mode) {
  return mode == model::TransferMode::warm || mode == model::TransferMode::cold;
}

// With other hardware nobody could continue it.
const model::Snapshot* find_saved_memory(const model::Instance& instance) {
  const auto& snapshots = instance.status.snapshots;
  const auto found = std::find_if(snapshots.begin(), snapshots.end(),
                                  [](const model::Snapshot& snapshot) { return snapshot.memory; });
  return found == snapshots.end() ? nullptr : &*found;
}

}  // namespace

Result<Arrivals::Place> Arrivals::reserve(const model::Instance& instance, const model::InstanceSku& sku,
                                          model::TransferMode mode) {
  auto alike = capacity_.reserve(instance, move_request(instance, sku));
  if (alike) return Place{.host = std::move(*alike)};
  if (!boots_there(mode) || alike.error().code != Code::resource_exhausted) return fail(alike.error());
  model::Instance open = instance;
  open.spec.machine_type.reset();
  open.spec.cpu_model.reset();
  auto other = capacity_.reserve(open, move_request(open, sku));
  if (!other) return fail(alike.error());
  const model::Snapshot* const saved = find_saved_memory(instance);
  if (saved != nullptr) {
    capacity_.release(instance.metadata.uid);
    alike.error().message += fmt::format(
        "; with snapshot '{0}', which has its memory, it cannot be given other hardware: remove it with "
        "'hanse "
        "snapshot delete {1} {0}' to move it so",
        saved->name, instance.metadata.name);
    return fail(alike.error());
  }
  const auto hello = hosts_.hello(*other);
  if (!hello) {
    capacity_.release(instance.metadata.uid);
    return fail(Code::unavailable, "host '{}' has not said yet what it can run; try again", *other);
  }
  return Place{.host = std::move(*other), .hardware = hardware_.adapt(instance.spec, hello->inventory)};
}

}  // namespace hanse::zone
