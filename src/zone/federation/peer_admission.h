// PeerAdmission: whether the policy lets a peer bring something here, or lets something of ours go to a peer:
// the one place where the policy file meets what is in the tables. Thread: the loop. Failure:
// permission_denied and resource_exhausted, naming the rule.
#pragma once

#include <string>

#include "federation/policy.h"
#include "zone/federation/zone_records.h"
#include "zone/tables.h"

namespace hanse::zone {

class PeerAdmission {
 public:
  PeerAdmission(Tables& tables, const Membership& membership, const ZoneRecords& records)
      : tables_(tables), membership_(membership), records_(records) {}

  // `also` counts what the peer holds beside its instances here.
  struct Held {
    VcpuCount vcpu;
    MiB memory;
  };
  Status accepts(const std::string& peer, const std::string& tenant, const std::string& flavour,
                 const model::InstanceSkuSpec& sku, Held also) const;
  Status gives(const std::string& peer, const std::string& tenant) const;
  const federation::PeerPolicy& policy_for(const std::string& peer) const;

 private:
  Tables& tables_;
  const Membership& membership_;
  const ZoneRecords& records_;
};

}  // namespace hanse::zone
