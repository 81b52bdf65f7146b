#include "zone/packing/host_packing.h"

#include <utility>

#include "model/reservation.h"
#include "placement/packing/open_hosts_bound.h"
#include "runtime/sleep.h"

namespace hanse::zone {
namespace {

// Set for as long as a question is answered, also when it is cancelled.
class Turn {
 public:
  explicit Turn(bool& busy) : busy_(busy) { busy_ = true; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { busy_ = false; }

 private:
  bool& busy_;
};

tl::unexpected<Error> fail_busy() {
  return fail(Code::resource_exhausted, "another question about packing is being answered; ask again");
}

// A move is live, and wants nothing of the host but room and its capabilities.
bool is_movable(const model::Instance& instance) {
  const model::InstanceStatus& status = instance.status;
  const auto spread = instance.annotations.find(model::kSpreadAnnotation);
  const bool spreads_by_host = spread != instance.annotations.end() && spread->second == "host";
  return status.power_state == model::PowerState::running && instance.spec.power == model::Power::running &&
         status.transfer.empty() && !status.other_host && status.moved_to.empty() && !status.incoming &&
         !instance.spec.host && !instance.metadata.deleted_at && !spreads_by_host;
}

}  // namespace

void HostPacking::add(Reading& reading, const model::Host& host) const {
  const model::Inventory& inventory = host.status.inventory;
  const std::string& name = host.metadata.name;
  const auto [capabilities, added] = reading.capabilities.try_emplace(
      Capabilities(inventory.architecture, inventory.cpu_models, inventory.machine_types),
      reading.capabilities.size());
  const placement::packing::Size capacity{inventory.vcpu, inventory.memory_mib};
  const model::HostHello* const hello = hosts_.find_hello(name);
  reading.hosts.emplace(name, reading.fleet.hosts.size());
  reading.fleet.hosts.push_back({.name = name,
                                 .architecture = inventory.architecture,
                                 .capabilities = capabilities->second,
                                 .capacity = capacity,
                                 .free = capacity_.free_on(name).value_or(placement::packing::Size{}),
                                 .takes_part = host.spec.schedulable && !host.metadata.deleted_at &&
                                               hosts_.connected(name) && hello != nullptr &&
                                               hello->inventory.live_moves});
}

void HostPacking::add(Reading& reading, const model::Instance& instance) const {
  if (instance.status.power_state == model::PowerState::running) ++reading.fleet.running;
  const auto host = reading.hosts.find(instance.status.host);
  if (host == reading.hosts.end()) return;
  PackedFleet::Instance packed{.id = id_of(instance.metadata),
                               .host = host->second,
                               .movable = is_movable(instance),
                               .leaving = instance.status.other_host.has_value()};
  const auto sku = tables_.instance_skus.get(
      {.tenant = instance.metadata.tenant, .name = model::reference_name(instance.spec.sku_ref)});
  if (sku) {
    packed.size = {(*sku)->spec.vcpu, (*sku)->spec.memory_mib};
  } else {
    packed.movable = false;  // nobody knows what it would take elsewhere
  }
  reading.fleet.instances.push_back(std::move(packed));
}

Task<Result<PackedFleet>> HostPacking::fleet() const {
  Reading reading;
  const auto take = [&](const auto& kept) -> Status {
    add(reading, *kept.value());
    return {};
  };
  std::string after;
  do {
    HANSE_CO_TRY(after, tables_.hosts.visit({}, after, kSlice, take));
    if (!after.empty()) co_await yield_to_loop(runtime_.scheduler);
  } while (!after.empty());
  do {
    HANSE_CO_TRY(after, tables_.instances.visit({}, after, kSlice, take));
    if (!after.empty()) co_await yield_to_loop(runtime_.scheduler);
  } while (!after.empty());
  co_return std::move(reading.fleet);
}

Task<Result<model::PackingReport>> HostPacking::report(std::optional<std::int64_t> budget) {
  if (busy_) co_return fail_busy();
  const Turn turn(busy_);
  HANSE_CO_TRY(PackedFleet fleet, co_await this->fleet());
  const std::int64_t moves = budget.value_or(default_budget(fleet));
  co_return co_await run_blocking(runtime_.blocking, runtime_.scheduler, [fleet = std::move(fleet), moves] {
    return report_on(fleet, moves, placement::packing::kMaxBoundWork);
  });
}

Task<std::vector<model::PackingMove>> HostPacking::plan(PackedFleet fleet, std::int64_t budget) const {
  return run_blocking(runtime_.blocking, runtime_.scheduler,
                      [fleet = std::move(fleet), budget] { return plan_moves(fleet, budget); });
}

}  // namespace hanse::zone
