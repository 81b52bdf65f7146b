#include "zone/federation/peer_admission.h"

namespace hanse::zone {

Status PeerAdmission::accepts(const std::string& peer, const std::string& tenant, const std::string& flavour,
                              const model::InstanceSkuSpec& sku, Held also) const {
  federation::PlacementAsked asked{.tenant = tenant,
                                   .flavour = flavour,
                                   .vcpu = sku.vcpu,
                                   .memory = sku.memory_mib,
                                   .vcpu_here = also.vcpu,
                                   .memory_here = also.memory};
  HANSE_TRY(const auto instances, tables_.instances.all());
  for (const auto& instance : instances) {
    if (instance->status.placed_by != peer || !instance->status.moved_to.empty()) continue;
    const auto known = tables_.instance_skus.get(
        {.tenant = instance->metadata.tenant, .name = model::reference_name(instance->spec.sku_ref)});
    if (!known) continue;
    asked.vcpu_here += (*known)->spec.vcpu;
    asked.memory_here += (*known)->spec.memory_mib;
  }
  return membership_.policy().check_accepts(peer, asked);
}

Status PeerAdmission::gives(const std::string& peer, const std::string& tenant) const {
  const ZoneRecords::Known* known = records_.digest_of(peer);
  const std::vector<std::string> labels =
      known == nullptr ? std::vector<std::string>() : known->digest.labels;
  return membership_.policy().check_gives(peer, tenant, labels);
}

const federation::PeerPolicy& PeerAdmission::policy_for(const std::string& peer) const {
  return membership_.policy().of(peer);
}

}  // namespace hanse::zone
