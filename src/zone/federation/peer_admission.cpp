#include "zone/federation/peer_admission.h"

#include <algorithm>

namespace hanse::zone {
Status PeerAdmission::accepts(const std::string& peer, const std::string& tenant, const std::string& flavour,
                              const model::InstanceSkuSpec& sku) const {
  if (!complete_) return fail(Code::unavailable, "the zone is still reading its records; try again");
  if (!unreadable_.empty()) return fail(unreadable_.begin()->second);
  const Held here = brought_by(peer);
  const Held promised = promised_to(peer);
  return membership_.policy().check_accepts(peer, {.tenant = tenant,
                                                   .flavour = flavour,
                                                   .vcpu = sku.vcpu,
                                                   .memory = sku.memory_mib,
                                                   .vcpu_here = here.vcpu + promised.vcpu,
                                                   .memory_here = here.memory + promised.memory});
}

Status PeerAdmission::gives(const std::string& peer, const std::string& tenant) const {
  const ZoneRecords::Known* known = records_.digest_of(peer);
  const std::vector<std::string> labels =
      known == nullptr ? std::vector<std::string>() : known->digest.labels;
  return membership_.policy().check_gives(peer, tenant, labels);
}

Status PeerAdmission::gives_blob(const std::string& peer, const std::string& digest) const {
  if (!complete_) return fail(Code::unavailable, "the zone is still reading its records; try again");
  const std::set<std::string> tenants = owners_.tenants_of(digest);
  if (tenants.empty()) return fail(Code::not_found, "no image of this zone has blob {}", digest);
  const bool given = std::any_of(tenants.begin(), tenants.end(),
                                 [&](const std::string& tenant) { return gives(peer, tenant).has_value(); });
  if (given) return {};
  return fail(Code::permission_denied, "the policy here gives zone '{}' no image that has blob {}", peer,
              digest);
}

const federation::PeerPolicy& PeerAdmission::policy_for(const std::string& peer) const {
  return membership_.policy().of(peer);
}

PeerAdmission::Held PeerAdmission::brought_by(const std::string& peer) const {
  const auto found = totals_.find(peer);
  return found == totals_.end() ? Held{} : found->second;
}

PeerAdmission::Held PeerAdmission::promised_to(const std::string& peer) const {
  const auto found = promised_.find(peer);
  return found == promised_.end() ? Held{} : found->second;
}

PeerAdmission::Promise PeerAdmission::promise(const std::string& peer, const model::InstanceSkuSpec& sku) {
  change_promised(peer, sku.vcpu, sku.memory_mib);
  return {*this, peer, Held{sku.vcpu, sku.memory_mib}};
}

void PeerAdmission::change_promised(const std::string& peer, VcpuCount vcpu, MiB memory) {
  Held& total = promised_[peer];
  total.vcpu += vcpu;
  total.memory += memory;
  if (total == Held{}) promised_.erase(peer);
}

void PeerAdmission::instance_changed(const std::string& key) {
  drop(key);
  const auto instance = tables_.instances.get(id_of_key(kInstanceTraits, key));
  if (!instance) {
    if (instance.error().code != Code::not_found) unreadable_.emplace(key, instance.error());
    return;
  }
  const model::InstanceStatus& status = (*instance)->status;
  if (status.placed_by.empty() || !status.moved_to.empty()) return;
  const ResourceId sku_id{.tenant = (*instance)->metadata.tenant,
                          .name = model::reference_name((*instance)->spec.sku_ref)};
  Brought brought{.peer = status.placed_by, .sku_key = key_of(kSkuTraits, sku_id)};
  if (const auto sku = tables_.instance_skus.get(sku_id))
    brought.size = {(*sku)->spec.vcpu, (*sku)->spec.memory_mib};
  Held& total = totals_[brought.peer];
  total.vcpu += brought.size.vcpu;
  total.memory += brought.size.memory;
  users_[brought.sku_key].insert(key);
  brought_.emplace(key, std::move(brought));
}

void PeerAdmission::drop(const std::string& key) {
  unreadable_.erase(key);
  const auto known = brought_.find(key);
  if (known == brought_.end()) return;
  Held& total = totals_[known->second.peer];
  total.vcpu = total.vcpu - known->second.size.vcpu;
  total.memory = total.memory - known->second.size.memory;
  if (total == Held{}) totals_.erase(known->second.peer);
  const auto users = users_.find(known->second.sku_key);
  users->second.erase(key);
  if (users->second.empty()) users_.erase(users);
  brought_.erase(known);
}

void PeerAdmission::sku_changed(const std::string& key) {
  const auto users = users_.find(key);
  if (users == users_.end()) return;
  const std::set<std::string> instances = users->second;
  for (const std::string& instance : instances) instance_changed(instance);
}

void PeerAdmission::forget() {
  complete_ = false;
  brought_.clear();
  users_.clear();
  totals_.clear();
  owners_.forget();
  unreadable_.clear();
}

}  // namespace hanse::zone
