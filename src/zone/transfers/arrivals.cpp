#include "zone/transfers/arrivals.h"

#include <algorithm>
#include <utility>

#include "migration/mode.h"

namespace hanse::zone {
namespace {

bool boots_there(model::TransferMode mode) {
  return mode == model::TransferMode::warm || mode == model::TransferMode::cold;
}

bool has_own_ports(const model::Instance& instance) {
  const auto& forwards = instance.spec.forwards;
  return instance.spec.power == model::Power::running &&
         std::any_of(forwards.begin(), forwards.end(),
                     [](const model::PortForward& forward) { return forward.host_port != 0; });
}

bool is_at(const model::Instance& instance, const std::string& host) {
  return instance.status.host == host || instance.status.other_host == host;
}

// What a guest has there, or was promised.
const model::PortForward* find_same_port(const model::Instance& instance, const model::PortForward& wanted) {
  for (const auto* forwards : {&instance.status.forwards, &instance.spec.forwards}) {
    for (const model::PortForward& forward : *forwards) {
      if (forward.host_port == wanted.host_port && forward.protocol == wanted.protocol) return &forward;
    }
  }
  return nullptr;
}

// Another tenant's name is none of its business.
Status check_ports(const Tables& tables, const model::Instance& instance, const std::string& host) {
  if (!has_own_ports(instance)) return {};
  HANSE_TRY(const auto instances, tables.instances.all());
  for (const auto& other : instances) {
    const bool is_itself = id_of(other->metadata) == id_of(instance.metadata);
    if (is_itself || !is_at(*other, host) || other->spec.power != model::Power::running) continue;
    for (const model::PortForward& wanted : instance.spec.forwards) {
      if (wanted.host_port == 0 || find_same_port(*other, wanted) == nullptr) continue;
      return fail(
          Code::failed_precondition,
          "port {} of host '{}' is another instance's already; leave hostPort of that forward out, so "
          "that each host chooses a free one, or name another",
          wanted.host_port, host);
    }
  }
  return {};
}

}  // namespace

Result<Arrivals::Place> Arrivals::reserve(const model::Instance& instance, const model::InstanceSku& sku,
                                          model::TransferMode mode, Bytes content) {
  HANSE_TRY(Place place, choose(instance, sku, mode, content));
  const Status free = check_ports(tables_, instance, place.host);
  if (free) return place;
  capacity_.release(instance.metadata.uid);
  return fail(free.error());
}

Result<Arrivals::Place> Arrivals::choose(const model::Instance& instance, const model::InstanceSku& sku,
                                         model::TransferMode mode, Bytes content) {
  auto alike = capacity_.reserve(instance, move_request(instance, sku, content));
  if (alike) return Place{.host = std::move(*alike)};
  if (alike.error().code != Code::resource_exhausted) return fail(alike.error());
  model::Instance open = instance;
  open.spec.machine_type.reset();
  open.spec.cpu_model.reset();
  auto other = capacity_.reserve(open, move_request(open, sku, content));
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
    return refuse(migration::live_refusal(
        alike.error().code,
        alike.error().message + "; it can be moved warm, and boots then with what that host has"));
  const auto hello = hosts_.hello(*other);
  if (!hello)
    return refuse(
        {Code::unavailable, fmt::format("host '{}' has not said yet what it can run; try again", *other)});
  return Place{.host = std::move(*other), .hardware = hardware_.adapt(instance.spec, hello->inventory)};
}

}  // namespace hanse::zone
