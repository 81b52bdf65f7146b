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

// All that holds now: the newest of each type, until it said that all runs.
std::string said_by(const model::Workload& workload) {
  std::set<std::string> types;
  std::string said;
  for (const model::Condition& condition : workload.status.conditions) {
    if (types.insert(condition.type).second && !condition.message.empty())
      said += (said.empty() ? "" : "; ") + condition.message;
    if (condition.reason == "AllRunning") break;
  }
  return said;
}

bool says(const std::string& message, const model::ReplicaAssignment& replica, const char* what) {
  return message.find(replica.instance + " " + what) != std::string::npos;
}

}  // namespace

WorkloadWatch::WorkloadWatch(World& world, const Sites& sites) : world_(world), sites_(sites) {
  for (const auto& [zone, site] : sites) zones_.push_back(Watched{world.process(zone)});
}

std::optional<std::string> WorkloadWatch::check_assignments() {
  for (Watched& watched : zones_) {
    zone::Zone* const zone = zone_at(watched.process);
    const bool same = watched.zone == zone && zone != nullptr && watched.revision == zone->store().revision();
    if (zone == nullptr || same) continue;
    if (watched.zone != zone) watched.events = 0;
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
  note_deletions(home, *instances);
  if (auto wrong = hosts_.look_at(home, *instances)) return wrong;
  const Workloads before = std::exchange(workloads_[home], {});
  for (const auto& workload : *workloads) workloads_[home].emplace(workload->metadata.name, *workload);
  if (before == workloads_[home]) return std::nullopt;
  history_[home].push_back({world_.now(), before});
  for (const auto& [name, workload] : workloads_[home]) {
    const auto known = before.find(name);
    const bool same = known != before.end() && known->second.metadata.uid == workload.metadata.uid;
    const model::Workload fresh{.spec = workload.spec};
    if (auto wrong = judge(home, before, same ? known->second : fresh, workload)) return wrong;
  }
  return std::nullopt;
}

void WorkloadWatch::note_deletions(const std::string& zone, const HostSpread::Instances& instances) {
  for (const auto& instance : instances) {
    const std::string replica = replica_of(*instance);
    if (!instance->metadata.deleted_at || replica.empty() || !instance->status.moved_to.empty()) continue;
    const auto mark = instance->annotations.find(model::kReservationAnnotation);
    if (mark == instance->annotations.end() || !deletions_.insert(instance->metadata.uid).second) continue;
    not_judged_.push_back(
        {zone, replica.substr(0, replica.find('/')), instance->metadata.name, mark->second});
  }
}

// By what the home says when it serves: it may have written and acted before it did.
std::optional<std::string> WorkloadWatch::check_kept() {
  std::optional<std::string> wrong;
  std::erase_if(not_judged_, [&](const Deleted& deleted) {
    const bool known = std::any_of(zones_.begin(), zones_.end(), [&](const Watched& watched) {
      return watched.process.name() == deleted.home && zone_at(watched.process) != nullptr;
    });
    if (!known) return false;
    for (const auto& [name, workload] : workloads_[deleted.home]) {
      for (const model::ReplicaAssignment& replica : workload.status.replicas) {
        const bool same = replica.reservation == deleted.reservation && replica.zone == deleted.zone;
        if (same && !replica.deleting && !workload.metadata.deleted_at)
          wrong = fmt::format("zone '{}' deletes {}, and workload '{}' of '{}' wants it there", deleted.zone,
                              deleted.instance, name, deleted.home);
      }
    }
    return true;
  });
  return wrong;
}

// One step of the world may show a declaration and an assignment by the one before it.
std::optional<std::string> WorkloadWatch::judge(const std::string& home, const Workloads& before,
                                                const model::Workload& old, const model::Workload& now) {
  const std::string& name = now.metadata.name;
  for (const model::ReplicaAssignment& replica : now.status.replicas) {
    const model::ReplicaAssignment* const was = find_before(old, replica);
    if (was != nullptr && was->zone == replica.zone) continue;
    const Nanos since = std::exchange(since_[{home, name, replica.reservation}], world_.now());
    if (was != nullptr) {
      ++moved_;
      if (auto wrong = judge_move(home, now, replica, since)) return wrong;
      continue;
    }
    ++(replica.zone == home ? assigned_here_ : assigned_elsewhere_);
    if (replica.deleting) continue;
    const auto against = [&](const Workloads& around, const model::WorkloadSpec& spec) {
      return against_policy({sites_, around, now, spec, replica, home});
    };
    const Workloads& around = workloads_.at(home);
    const auto wrong = against(around, now.spec);
    if (wrong && against(around, old.spec) && against(before, now.spec) && against(before, old.spec))
      return wrong;
  }
  return std::nullopt;
}

// It was ordered at some moment since the replica came to where it was, and took its time. At that moment the
// policy said that replicas are moved, and allowed it by what was declared and where the others were; between
// the two the reconciler may have read one before and the other after a write.
std::optional<std::string> WorkloadWatch::judge_move(const std::string& home, const model::Workload& workload,
                                                     const model::ReplicaAssignment& replica,
                                                     Nanos since) const {
  const std::string& name = workload.metadata.name;
  std::optional<std::string> wrong;
  const std::vector<Snapshot>& past = history_.at(home);
  const auto first =
      std::find_if(past.begin(), past.end(), [&](const Snapshot& one) { return one.until >= since; });
  for (auto declared = first; declared != past.end(); ++declared) {
    const auto found = declared->workloads.find(name);
    if (found == declared->workloads.end() || found->second.metadata.uid != workload.metadata.uid) continue;
    const model::WorkloadSpec& spec = found->second.spec;
    if (spec.placement.enforce != model::Enforce::continuous) continue;
    for (auto around = first; around != past.end(); ++around) {
      const auto then = around->workloads.find(name);
      if (then == around->workloads.end()) continue;
      wrong = against_policy({sites_, around->workloads, then->second, spec, replica, home});
      if (!wrong) return std::nullopt;
    }
  }
  if (wrong) return fmt::format("{}, by a move", *wrong);
  return fmt::format("{} of workload '{}' moved to zone '{}', and its policy never said that it is moved",
                     replica.instance, name, replica.zone);
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

void WorkloadWatch::count_refusals() {
  constexpr std::size_t kMany = 1'000;
  for (Watched& watched : zones_) {
    zone::Zone* const zone = zone_at(watched.process);
    if (zone == nullptr || zone != watched.zone) continue;
    for (const auto& [number, event] : zone->events().list("workload", "", watched.events, kMany)) {
      watched.events = number;
      if (event.reason == "ReplicaRefused") ++refused_;
    }
  }
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
  const std::string said = said_by(workload);
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
      const Workloads& around = workloads_.at(home);
      if (const auto wrong = against_policy({sites_, around, workload, workload.spec, replica, replica.zone}))
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
