#include "simulator/federation/workload_watch.h"

#include <algorithm>

#include "model/reservation.h"
#include "simulator/federation/zone_node.h"

namespace hanse::simulator {
namespace {

// Nullptr while it does not serve.
zone::Zone* zone_at(const Process& process) {
  auto* node = static_cast<ZoneNode*>(process.root());
  return node == nullptr ? nullptr : node->zone();
}

template <class T>
bool holds_one(const std::vector<T>& list, const T& one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

bool in_states(const std::vector<std::string>& states, const std::string& state) {
  if (states.empty() || holds_one(states, state)) return true;
  return holds_one(states, std::string("EU")) && state != "NO";
}

// Nullptr when it is new. A lost one may have the same index, and what only has another zone moved.
const model::ReplicaAssignment* find_before(const model::Workload& workload,
                                            const model::ReplicaAssignment& one) {
  for (const model::ReplicaAssignment& replica : workload.status.replicas)
    if (replica.index == one.index && replica.reservation == one.reservation) return &replica;
  return nullptr;
}

std::string replica_of(const model::Instance& instance) {
  if (!instance.status.workload.empty()) return instance.status.workload;
  const auto found = instance.annotations.find(model::kWorkloadAnnotation);
  return found == instance.annotations.end() ? std::string() : found->second;
}

bool says_no_zone(const model::Workload& workload) {
  const auto& conditions = workload.status.conditions;
  return std::any_of(conditions.begin(), conditions.end(),
                     [](const model::Condition& condition) { return condition.reason == "NoZone"; });
}

bool says(const std::string& message, const model::ReplicaAssignment& replica, const char* what) {
  return message.find(replica.instance + " " + what) != std::string::npos;
}

}  // namespace

WorkloadWatch::WorkloadWatch(World& world, const Sites& sites) : sites_(sites) {
  for (const auto& [zone, site] : sites) zones_.push_back(Watched{world.process(zone)});
}

std::optional<std::string> WorkloadWatch::check_assignments() {
  for (Watched& watched : zones_) {
    zone::Zone* const zone = zone_at(watched.process);
    const bool same = watched.zone == zone && zone != nullptr && watched.revision == zone->store().revision();
    if (zone == nullptr || same) continue;
    watched.zone = zone;
    watched.revision = zone->store().revision();
    if (auto wrong = look_at(watched.process.name(), *zone)) return wrong;
  }
  return std::nullopt;
}

std::optional<std::string> WorkloadWatch::look_at(const std::string& home, zone::Zone& zone) {
  const auto workloads = zone.tables().workloads.all();
  const auto instances = zone.tables().instances.all();
  if (!workloads || !instances) return fmt::format("the records of zone '{}' cannot be read", home);
  for (const auto& instance : *instances) {
    const std::string replica = replica_of(*instance);
    if (!replica.empty() && replicas_.emplace(instance->metadata.uid, replica).second) ++replicas_version_;
  }
  const Workloads before = std::exchange(workloads_[home], {});
  for (const auto& workload : *workloads) workloads_[home].emplace(workload->metadata.name, *workload);
  for (const auto& workload : *workloads) {
    const auto known = before.find(workload->metadata.name);
    const bool same = known != before.end() && known->second.metadata.uid == workload->metadata.uid;
    const model::Workload fresh{.spec = workload->spec};
    const model::Workload& old = same ? known->second : fresh;
    for (const model::ReplicaAssignment& replica : workload->status.replicas) {
      const model::ReplicaAssignment* const was = find_before(old, replica);
      if (was == nullptr) {
        ++(replica.zone == home ? assigned_here_ : assigned_elsewhere_);
      } else if (was->zone != replica.zone) {
        ++moved_;
      }
    }
    if (auto wrong = judge(home, old, *workload)) return wrong;
  }
  return std::nullopt;
}

// One step of the world may show a declaration and an assignment by the one before it.
std::optional<std::string> WorkloadWatch::judge(const std::string& home, const model::Workload& before,
                                                const model::Workload& now) const {
  for (const model::ReplicaAssignment& replica : now.status.replicas) {
    if (find_before(before, replica) != nullptr || replica.deleting) continue;
    const auto wrong = judge_one(home, now, now.spec, replica, home);
    if (wrong && judge_one(home, now, before.spec, replica, home)) return wrong;
  }
  return std::nullopt;
}

std::optional<std::string> WorkloadWatch::judge_one(const std::string& home, const model::Workload& workload,
                                                    const model::WorkloadSpec& spec,
                                                    const model::ReplicaAssignment& replica,
                                                    const std::string& payer) const {
  const model::PlacementPolicy& policy = spec.placement;
  const PlacementSite& site = sites_.at(replica.zone);
  const zone::ZoneConfig& config = site.config;
  const auto violates = [&](const char* what) {
    return fmt::format("{} of workload '{}' was assigned zone '{}' against its policy: {}", replica.instance,
                       workload.metadata.name, replica.zone, what);
  };
  constexpr double kHalfAMicroEuro = 0.000'000'5;
  if (!policy.zones.empty() && !holds_one(policy.zones, replica.zone)) return violates("the zones");
  if (!in_states(policy.member_states, config.member_state)) return violates("the member states");
  for (const std::string& label : policy.certifications)
    if (!holds_one(config.labels, label)) return violates("the certifications");
  const bool free = config.price_per_vcpu_hour <= 0;
  if (policy.max_euro_per_hour &&
      (free || euro_per_hour(site, payer) > *policy.max_euro_per_hour + kHalfAMicroEuro))
    return violates("the price");
  if (policy.max_grams_co2_per_kwh && config.carbon_grams_per_kwh > policy.max_grams_co2_per_kwh->value)
    return violates("the carbon");
  for (const std::string& other : policy.anti_affinity) {
    const auto found = workloads_.at(home).find(other);
    if (found == workloads_.at(home).end()) continue;
    for (const model::ReplicaAssignment& theirs : found->second.status.replicas)
      if (theirs.zone == replica.zone && !theirs.deleting) return violates("the anti-affinity");
  }
  return judge_spread(workload, policy.spread, replica);
}

std::optional<std::string> WorkloadWatch::judge_spread(const model::Workload& workload, model::Spread spread,
                                                       const model::ReplicaAssignment& replica) const {
  const auto place = [&](const std::string& name) {
    const zone::ZoneConfig& config = sites_.at(name).config;
    if (spread == model::Spread::provider) return config.provider;
    if (spread == model::Spread::member_state) return config.member_state;
    return name;
  };
  if (spread == model::Spread::none || spread == model::Spread::host) return std::nullopt;
  for (const model::ReplicaAssignment& other : workload.status.replicas) {
    if (other.index == replica.index || other.deleting || place(other.zone) != place(replica.zone)) continue;
    return fmt::format("{} and {} of workload '{}' are both at '{}', against their spread", replica.instance,
                       other.instance, workload.metadata.name, place(replica.zone));
  }
  return std::nullopt;
}

std::optional<std::string> WorkloadWatch::check_replicas(const host::simulated::Fleet& fleet) {
  const std::pair versions{replicas_version_, fleet.version()};
  if (std::exchange(replicas_checked_, versions) == versions) return std::nullopt;
  std::map<std::string, std::string> hosts;  // by replica
  for (const auto& [place, machine] : fleet.machines()) {
    if (!host::simulated::is_executing(machine.state.run_state)) continue;
    const auto replica = replicas_.find(place.second);
    if (replica == replicas_.end()) continue;
    const auto [first, fresh] = hosts.try_emplace(replica->second, place.first);
    if (!fresh)
      return fmt::format("replica {} executes on '{}' and on '{}'", replica->second, first->second,
                         place.first);
  }
  return std::nullopt;
}

std::optional<std::string> WorkloadWatch::unsettled() {
  for (Watched& watched : zones_) {
    zone::Zone* const zone = zone_at(watched.process);
    if (zone == nullptr) return watched.process.name() + " does not serve";
    if (auto wrong = check_zone(*zone)) return fmt::format("zone '{}': {}", watched.process.name(), *wrong);
  }
  for (const auto& [home, workloads] : workloads_) {
    for (const auto& [name, workload] : workloads)
      if (auto wrong = unsettled_workload(home, workload)) return wrong;
  }
  return std::nullopt;
}

std::optional<std::string> WorkloadWatch::unsettled_workload(const std::string& home,
                                                             const model::Workload& workload) const {
  const std::string& name = workload.metadata.name;
  if (workload.metadata.deleted_at) return fmt::format("workload '{}' is still being deleted", name);
  const auto& conditions = workload.status.conditions;
  const std::string said = conditions.empty() ? "" : conditions.front().message;
  const auto wanted = workload.spec.instance.spec.power == model::Power::running ? model::PowerState::running
                                                                                 : model::PowerState::stopped;
  std::int32_t ready = 0;
  for (const model::ReplicaAssignment& replica : workload.status.replicas) {
    if (replica.deleting || (replica.power_state != wanted && !says(said, replica, "waits for room"))) {
      return fmt::format("{} in zone '{}' {}, workload '{}' of '{}' says: {}", replica.instance, replica.zone,
                         replica.deleting
                             ? std::string("is being deleted")
                             : fmt::format("is {} and should be {}",
                                           boost::describe::enum_to_string(replica.power_state, ""),
                                           boost::describe::enum_to_string(wanted, "")),
                         name, home, said);
    }
    ++ready;
    const bool moves = workload.spec.placement.enforce == model::Enforce::continuous;
    if (moves && !says(said, replica, "stays") && !says(said, replica, "waits for room")) {
      // What a zone asks of this one in particular may be forgotten by now.
      if (const auto wrong = judge_one(home, workload, workload.spec, replica, replica.zone))
        return fmt::format("{}, and is not moved; it says: {}", *wrong, said);
    }
  }
  const bool complete = workload.spec.placement.per_zone ? ready > 0 : ready == workload.spec.replicas;
  if (complete || says_no_zone(workload)) return std::nullopt;
  return fmt::format("workload '{}' of zone '{}' has {} of {} replicas and does not say why", name, home,
                     ready, workload.spec.replicas);
}

std::optional<std::string> WorkloadWatch::check_zone(zone::Zone& zone) const {
  if (zone.reservations().size() > 0)
    return fmt::format("{} reservations are held", zone.reservations().size());
  const auto instances = zone.tables().instances.all();
  const auto hosts = zone.tables().hosts.all();
  if (!instances || !hosts) return "its records cannot be read";
  std::map<std::string, std::int64_t> taken;  // vCPU by host
  for (const auto& instance : *instances) {
    if (!instance->status.host.empty()) taken[instance->status.host] += kFlavourVcpu;
    if (!instance->status.moved_to.empty()) continue;
    if (auto wrong = check_owner(zone.config().name, *instance)) return wrong;
  }
  for (const auto& host : *hosts) {
    const std::int64_t left = host->status.inventory.vcpu.value - taken[host->metadata.name];
    const auto free = zone.capacity().free_on(host->metadata.name);
    if (!free || free->vcpu.value != left)
      return fmt::format("host '{}' has {} vCPU free by its instances, and {} are counted",
                         host->metadata.name, left, free ? free->vcpu.value : 0);
  }
  return std::nullopt;
}

// A replica has a workload that knows that it is there.
std::optional<std::string> WorkloadWatch::check_owner(const std::string& zone,
                                                      const model::Instance& instance) const {
  const std::string name = replica_of(instance);
  if (name.empty()) return std::nullopt;
  const std::string home = name.substr(0, name.find('/'));
  for (const auto& [workload_name, workload] : workloads_.at(home)) {
    for (const model::ReplicaAssignment& replica : workload.status.replicas)
      if (replica.instance == instance.metadata.name && replica.zone == zone) return std::nullopt;
  }
  return fmt::format("instance '{}' is a replica that no workload of zone '{}' has there",
                     instance.metadata.name, home);
}

}  // namespace hanse::simulator
