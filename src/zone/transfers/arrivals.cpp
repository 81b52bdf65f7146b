#include "zone/transfers/arrivals.h"

#include <utility>

namespace hanse::zone {
namespace {

bool boots_there(model::TransferMode mode) {
  return mode == model::TransferMode::warm || mode == model::TransferMode::cold;
}

}  // namespace

Result<Arrivals::Place> Arrivals::reserve(const model::Instance& instance, const model::InstanceSku& sku,
                                          model::TransferMode mode) {
  auto alike = capacity_.reserve(instance, move_request(instance, sku));
  if (alike) return Place{.host = std::move(*alike)};
  if (alike.error().code != Code::resource_exhausted) return fail(alike.error());
  model::Instance open = instance;
  open.spec.machine_type.reset();
  open.spec.cpu_model.reset();
  auto other = capacity_.reserve(open, move_request(open, sku));
  if (!other) return fail(boots_there(mode) ? other.error() : alike.error());
  const auto refuse = [&](Error error) {
    capacity_.release(instance.metadata.uid);
    return fail(std::move(error));
  };
  const auto with_remedy = [&](const std::string& remedy) {
    return Error{alike.error().code, alike.error().message + "; " + remedy};
  };
  if (const auto* const saved = model::find_saved_memory(instance.status.snapshots)) {
    return refuse(with_remedy(
        fmt::format("with snapshot '{0}', which has its memory, it cannot be given other hardware: remove it "
                    "with 'hanse snapshot delete {1} {0}' to move it so",
                    saved->name, instance.metadata.name)));
  }
  if (!boots_there(mode))
    return refuse(with_remedy("or move it warm, then it boots with what that host has"));
  const auto hello = hosts_.hello(*other);
  if (!hello)
    return refuse(
        {Code::unavailable, fmt::format("host '{}' has not said yet what it can run; try again", *other)});
  return Place{.host = std::move(*other), .hardware = hardware_.adapt(instance.spec, hello->inventory)};
}

}  // namespace hanse::zone
