#include "zone/packing_view.h"

#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "model/reservation.h"

namespace hanse::zone {
namespace {

using placement::packing::HostState;
using placement::packing::InstanceState;
using placement::packing::Size;

struct Place {
  std::size_t group;
  std::size_t host;
};

bool takes_part(const model::Host& host, const HostSessions& hosts) {
  const auto hello = hosts.hello(host.metadata.name);
  return host.spec.schedulable && !host.metadata.deleted_at && hosts.connected(host.metadata.name) && hello &&
         hello->inventory.live_moves;
}

// Those that run by themselves where they are, and are bound to no host and to no distance from others.
bool is_movable(const model::Instance& instance) {
  const model::InstanceStatus& status = instance.status;
  const auto spread = instance.annotations.find(model::kSpreadAnnotation);
  const bool spreads = spread != instance.annotations.end() && spread->second == "host";
  return status.power_state == model::PowerState::running && status.transfer.empty() &&
         instance.spec.power == model::Power::running && !instance.spec.host &&
         !instance.metadata.deleted_at && !spreads;
}

class ViewBuilder {
 public:
  explicit ViewBuilder(const Tables& tables) : tables_(tables) {}

  void add(const model::Host& host) {
    const model::Inventory& inventory = host.status.inventory;
    const auto [group, fresh] =
        kinds_.try_emplace(std::tuple(inventory.architecture, inventory.cpu_models, inventory.machine_types),
                           view_.groups.size());
    if (fresh) view_.groups.emplace_back();
    PackingGroup& members = view_.groups[group->second];
    places_.emplace(host.metadata.name, Place{group->second, members.hosts.size()});
    const Size capacity{inventory.vcpu, inventory.memory_mib};
    members.host_names.push_back(host.metadata.name);
    members.hosts.push_back(HostState{.capacity = capacity, .free = capacity});
  }

  void add(const model::Instance& instance) {
    if (instance.status.host.empty()) return;
    if (instance.status.power_state == model::PowerState::running) ++view_.running;
    Size size;
    const auto sku = tables_.instance_skus.get(
        {.tenant = instance.metadata.tenant, .name = model::reference_name(instance.spec.sku_ref)});
    if (sku) size = {(*sku)->spec.vcpu, (*sku)->spec.memory_mib};
    if (const auto& other = instance.status.other_host) {
      take_room(instance.status.host, size);
      take_room(*other, size);
      return;
    }
    const auto place = places_.find(instance.status.host);
    if (place == places_.end()) return;
    PackingGroup& group = view_.groups[place->second.group];
    const InstanceState state{.size = size, .movable = sku && is_movable(instance)};
    group.hosts[place->second.host].add(group.instances.size(), state);
    group.instance_ids.push_back(id_of(instance.metadata));
    group.instances.push_back(state);
  }

  PackingView take() { return std::move(view_); }

 private:
  // In a move within the zone it has its room on both hosts, and is not what keeps either of them in use.
  void take_room(const std::string& host, Size size) {
    const auto place = places_.find(host);
    if (place == places_.end()) return;
    HostState& state = view_.groups[place->second.group].hosts[place->second.host];
    state.free = state.free - size;
  }

  using Kind = std::tuple<std::string, std::vector<std::string>, std::vector<std::string>>;

  const Tables& tables_;
  PackingView view_;
  std::map<Kind, std::size_t> kinds_;
  std::map<std::string, Place> places_;  // by host
};

}  // namespace

Result<PackingView> packing_view(const Tables& tables, const HostSessions& hosts) {
  HANSE_TRY(const auto all_hosts, tables.hosts.all());
  HANSE_TRY(const auto instances, tables.instances.all());
  ViewBuilder builder(tables);
  for (const auto& host : all_hosts) {
    if (takes_part(*host, hosts)) builder.add(*host);
  }
  for (const auto& instance : instances) builder.add(*instance);
  return builder.take();
}

}  // namespace hanse::zone
