#include "zone/host_capacity.h"

#include <algorithm>

#include "model/reservation.h"
#include "placement/planner.h"
#include "store/sqlite_chunks.h"

namespace hanse::zone {
namespace {

constexpr const KindTraits& kHost = KindOf<model::Host>::kTraits;

// Hosts that a refusal speaks of.
constexpr std::size_t kMaxReasons = 5;

// "helsinki/default/default/web#3" -> "helsinki/default/default/web".
std::string workload_of(const model::Instance& instance) {
  const std::string& replica = instance.status.workload;
  return replica.substr(0, replica.find('#'));
}

std::string sku_key_of(const model::Instance& instance) {
  return key_of(kSkuTraits,
                {.tenant = instance.metadata.tenant, .name = model::reference_name(instance.spec.sku_ref)});
}

}  // namespace

HostCapacity::HostCapacity(Tables& tables, HostSessions& hosts) : tables_(tables), hosts_(hosts) {
  hosts_.on_connection([this](const std::string& host) { connection_changed(host); });
}

Status HostCapacity::check_complete() const {
  if (!complete_) return fail(Code::unavailable, "the zone is still reading its records; try again");
  if (!unreadable_.empty()) return fail(unreadable_.begin()->second);
  return {};
}

void HostCapacity::forget() {
  complete_ = false;
  index_ = {};
  records_.clear();
  users_.clear();
  unreadable_.clear();
  used_.clear();
  replicas_.clear();
  for (const auto& [uid, reserved] : reserved_) count(reserved.charge);
}

Result<std::string> HostCapacity::reserve(const model::Instance& instance,
                                          const placement::HostRequest& request) {
  HANSE_CHECK(check_complete());
  const std::string& uid = instance.metadata.uid;
  release(uid);
  const std::string workload = workload_of(instance);
  const auto slot = index_.choose(request, to_avoid(request, workload));
  if (!slot) return fail(refusal(instance, request));
  const std::string key = key_of(kInstanceTraits, id_of(instance.metadata));
  const auto record = records_.find(key);
  if (record != records_.end() && record->second.uid == uid) uncount(record->second);
  const std::string host = index_.name(*slot);
  Charge charge{.host = host,
                .vcpu = request.vcpu,
                .memory = request.memory,
                .disk = request.disk,
                .workload = workload};
  count(charge);
  reserved_.emplace(uid, Reserved{key, std::move(charge)});
  return host;
}

void HostCapacity::release(const std::string& uid) {
  const auto found = reserved_.find(uid);
  if (found == reserved_.end()) return;
  const Reserved reserved = std::move(found->second);
  reserved_.erase(found);
  uncount(reserved.charge);
  // The record may have been written without the news of it having come; nothing may be free in between.
  instance_changed(reserved.key);
}

Result<placement::HostRoom> HostCapacity::room(const placement::HostRequest& request,
                                               const std::string& workload) {
  HANSE_CHECK(check_complete());
  placement::HostRoom room = index_.room(request);
  if (!request.spread_by_host) return room;
  placement::HostRequest any = request;
  any.spread_by_host = false;
  for (const placement::HostSlot slot : hosts_of(workload)) {
    if (!placement::choose_host(any, {index_.candidate(slot)}).chosen.empty()) --room.hosts;
  }
  return room;
}

void HostCapacity::host_changed(const std::string& key) {
  const ResourceId id = id_of_key(kHost, key);
  const auto host = tables_.hosts.get(id);
  unreadable_.erase(key);
  if (!host) {
    if (host.error().code != Code::not_found) unreadable_.emplace(key, host.error());
    index_.remove(id.name);
    return;
  }
  const model::Inventory& inventory = (*host)->status.inventory;
  const auto used = used_.find(id.name);
  const Used taken = used == used_.end() ? Used{} : used->second;
  index_.put({.name = id.name,
              .architecture = inventory.architecture,
              .ready = hosts_.connected(id.name),
              .schedulable = (*host)->spec.schedulable && !(*host)->metadata.deleted_at,
              .free_vcpu = inventory.vcpu - taken.vcpu,
              .free_memory = inventory.memory_mib - taken.memory,
              .cpu_models = inventory.cpu_models,
              .machine_types = inventory.machine_types});
}

void HostCapacity::instance_changed(const std::string& key) {
  const auto instance = tables_.instances.get(id_of_key(kInstanceTraits, key));
  if (!instance) {
    drop_record(key);
    if (instance.error().code != Code::not_found) unreadable_.emplace(key, instance.error());
    return;
  }
  // One that is nowhere takes nothing, whatever its SKU says.
  if ((*instance)->status.host.empty()) return drop_record(key);
  Record record{.uid = (*instance)->metadata.uid, .sku_key = sku_key_of(**instance)};
  record.charge = {.host = (*instance)->status.host, .workload = workload_of(**instance)};
  if (const auto sku = tables_.instance_skus.get(id_of_key(kSkuTraits, record.sku_key))) {
    record.charge.vcpu = (*sku)->spec.vcpu;
    record.charge.memory = (*sku)->spec.memory_mib;
  }
  const MiB coming = to_mib_up(model::size_of_moving((*instance)->status.snapshots));
  if ((*instance)->status.incoming) record.charge.disk = coming;
  if (const auto& other = (*instance)->status.other_host) {
    record.other = record.charge;
    record.other->host = *other;
    record.other->disk = coming;
  }
  record.counted = !reserved_.contains(record.uid);
  // Most news of an instance is none here.
  if (const auto known = records_.find(key); known != records_.end() && known->second == record) return;
  drop_record(key);
  if (record.counted) count(record);
  users_[record.sku_key].insert(key);
  records_.emplace(key, std::move(record));
}

void HostCapacity::drop_record(const std::string& key) {
  unreadable_.erase(key);
  const auto known = records_.find(key);
  if (known == records_.end()) return;
  uncount(known->second);
  const auto users = users_.find(known->second.sku_key);
  users->second.erase(key);
  if (users->second.empty()) users_.erase(users);
  records_.erase(known);
}

void HostCapacity::sku_changed(const std::string& key) {
  const auto users = users_.find(key);
  if (users == users_.end()) return;
  const TextSet instances = users->second;
  for (const std::string& instance : instances) instance_changed(instance);
}

void HostCapacity::connection_changed(const std::string& host) {
  if (const auto slot = index_.find(host)) index_.set_ready(*slot, hosts_.connected(host));
}

void HostCapacity::count(const Record& record) {
  count(record.charge);
  if (record.other) count(*record.other);
}

void HostCapacity::uncount(Record& record) {
  if (!record.counted) return;
  uncount(record.charge);
  if (record.other) uncount(*record.other);
  record.counted = false;
}

void HostCapacity::count(const Charge& charge) {
  Used& used = used_[charge.host];
  used.vcpu += charge.vcpu;
  used.memory += charge.memory;
  used.disk += charge.disk;
  if (const auto slot = index_.find(charge.host)) index_.take(*slot, charge.vcpu, charge.memory);
  if (!charge.workload.empty()) replicas_[charge.workload][charge.host] += 1;
}

void HostCapacity::uncount(const Charge& charge) {
  Used& used = used_[charge.host];
  used.vcpu = used.vcpu - charge.vcpu;
  used.memory = used.memory - charge.memory;
  used.disk = used.disk - charge.disk;
  if (used.vcpu == VcpuCount{} && used.memory == MiB{} && used.disk == MiB{}) used_.erase(charge.host);
  if (const auto slot = index_.find(charge.host)) index_.give(*slot, charge.vcpu, charge.memory);
  const auto replicas = replicas_.find(charge.workload);
  if (replicas == replicas_.end()) return;
  if (--replicas->second[charge.host] == 0) replicas->second.erase(charge.host);
  if (replicas->second.empty()) replicas_.erase(replicas);
}

std::vector<placement::HostSlot> HostCapacity::hosts_of(const std::string& workload) const {
  std::vector<placement::HostSlot> slots;
  const auto found = replicas_.find(workload);
  if (found == replicas_.end()) return slots;
  for (const auto& [host, count] : found->second) {
    if (const auto slot = index_.find(host)) slots.push_back(*slot);
  }
  std::sort(slots.begin(), slots.end());
  return slots;
}

// Few ask for disk, so these look at each host.
std::vector<placement::HostSlot> HostCapacity::to_avoid(const placement::HostRequest& request,
                                                        const std::string& workload) const {
  std::vector<placement::HostSlot> slots;
  if (request.spread_by_host) slots = hosts_of(workload);
  if (request.disk.value == 0) return slots;
  for (const std::string& host : hosts_.connected_hosts()) {
    const auto slot = index_.find(host);
    const auto free = free_disk(host);
    if (slot && free && *free < request.disk) slots.push_back(*slot);
  }
  std::sort(slots.begin(), slots.end());
  return slots;
}

std::optional<MiB> HostCapacity::free_disk(const std::string& host) const {
  const model::HostHello* const hello = hosts_.find_hello(host);
  if (hello == nullptr) return std::nullopt;
  const auto used = used_.find(host);
  return hello->inventory.disk_mib - (used == used_.end() ? MiB{} : used->second.disk);
}

void HostCapacity::count_replicas(const std::string& workload,
                                  std::vector<placement::HostCandidate>& hosts) const {
  const auto replicas = replicas_.find(workload);
  if (replicas == replicas_.end()) return;
  for (placement::HostCandidate& host : hosts) {
    const auto count = replicas->second.find(host.name);
    if (count != replicas->second.end()) host.replicas = count->second;
  }
}

std::optional<placement::packing::Size> HostCapacity::free_on(const std::string& host) const {
  const auto slot = index_.find(host);
  if (!slot) return std::nullopt;
  const placement::HostCandidate candidate = index_.candidate(*slot);
  return placement::packing::Size{candidate.free_vcpu, candidate.free_memory};
}

Result<HostCapacity::ShownHosts> HostCapacity::shown_hosts(const placement::HostRequest& request,
                                                           const std::string& workload, std::size_t limit) {
  HANSE_TRY(const placement::HostRoom free, room(request, workload));
  const auto avoid = request.spread_by_host ? hosts_of(workload) : std::vector<placement::HostSlot>();
  const auto needed = request.host.empty() ? index_.choose(request, avoid) : index_.find(request.host);
  ShownHosts shown{.hosts = index_.first(limit)};
  const auto is_needed = [&](const auto& host) { return host.name == index_.name(*needed); };
  if (needed && std::none_of(shown.hosts.begin(), shown.hosts.end(), is_needed))
    shown.hosts.back() = index_.candidate(*needed);
  count_replicas(workload, shown.hosts);
  shown.others.all = static_cast<std::int64_t>(index_.size() - shown.hosts.size());
  if (shown.others.all == 0 || !request.host.empty()) return shown;
  const std::size_t rejected = placement::choose_host(request, shown.hosts).filtered.size();
  shown.others.qualifying = free.hosts - static_cast<std::int64_t>(shown.hosts.size() - rejected);
  return shown;
}

HostCapacity::WithoutInstance::WithoutInstance(HostCapacity& capacity, const std::string& key,
                                               const std::string& workload)
    : capacity_(capacity) {
  const auto found = capacity_.records_.find(key);
  if (found == capacity_.records_.end() || found->second.charge.workload != workload) return;
  const Record& record = found->second;
  if (const auto reserved = capacity_.reserved_.find(record.uid); reserved != capacity_.reserved_.end())
    charges_.push_back(reserved->second.charge);
  if (record.counted) charges_.push_back(record.charge);
  if (record.counted && record.other) charges_.push_back(*record.other);
  for (const Charge& charge : charges_) capacity_.uncount(charge);
}

HostCapacity::WithoutInstance::~WithoutInstance() {
  for (const Charge& charge : charges_) capacity_.count(charge);
}

// Only now is it asked why, and of the first few hosts: a fleet's worth of reasons is of no use to anyone.
Error HostCapacity::refusal(const model::Instance& instance, const placement::HostRequest& request) const {
  std::vector<placement::HostCandidate> hosts = index_.first(kMaxReasons);
  std::size_t others = index_.size() - hosts.size();
  if (const auto named = index_.find(request.host)) {
    hosts = {index_.candidate(*named)};
    others = 0;
  }
  count_replicas(workload_of(instance), hosts);
  for (placement::HostCandidate& host : hosts) host.free_disk = free_disk(host.name);
  Error error = placement::why_not(placement::choose_host(request, hosts),
                                   "instance '" + to_string(id_of(instance.metadata)) + "'");
  if (others > 0) error.message += fmt::format("; and {} more", others);
  return error;
}

placement::HostRequest host_request(const model::Instance& instance, const model::InstanceSku& sku) {
  const auto spread = instance.annotations.find(model::kSpreadAnnotation);
  return {.architecture = sku.spec.architecture,
          .vcpu = sku.spec.vcpu,
          .memory = sku.spec.memory_mib,
          .host = instance.spec.host.value_or(""),
          .cpu_model = instance.spec.cpu_model.value_or(""),
          .machine_type = instance.spec.machine_type.value_or(""),
          .spread_by_host = spread != instance.annotations.end() && spread->second == "host"};
}

placement::HostRequest move_request(const model::Instance& instance, const model::InstanceSku& sku,
                                    Bytes content) {
  placement::HostRequest request = host_request(instance, sku);
  const Bytes snapshots = model::size_of_moving(instance.status.snapshots);
  // What a host leaves free when it takes chunks in.
  if (snapshots.value > 0) content += snapshots + store::kSpareForChunks;
  request.disk = to_mib_up(content);
  return request;
}

}  // namespace hanse::zone
