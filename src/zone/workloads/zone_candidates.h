// ZoneCandidates: the zones that a workload's replicas may run in, as placement sees them: this one by what
// it has, the peers by their signed digests, by the policy for them and by how they were last heard of.
//
// Reading of tables and digests, made fresh for each decision; the prices that peers ask of this zone are
// remembered, in memory. Thread: the loop.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/workload.h"
#include "placement/candidate.h"
#include "zone/federation/peer_admission.h"
#include "zone/host_capacity.h"

namespace hanse::zone {

class ZoneCandidates {
 public:
  ZoneCandidates(const ZoneConfig& config, Tables& tables, HostCapacity& capacity,
                 const federation::Peers& peers, const PeerAdmission& admission, const ZoneRecords& records)
      : config_(config),
        tables_(tables),
        capacity_(capacity),
        peers_(peers),
        admission_(admission),
        records_(records) {}

  // Without replicas of the workload itself, which the caller counts.
  Result<std::vector<placement::ZoneCandidate>> all(const model::Workload& workload,
                                                    const model::InstanceSku& sku) const;
  // What a peer asks of this zone for one, as it answered: counts instead of what it tells everybody.
  void learn_price(const std::string& zone, const model::InstanceSku& sku, MicroEuroPerHour price);

 private:
  Result<placement::ZoneCandidate> here(const model::Workload& workload, const model::InstanceSku& sku) const;
  placement::ZoneCandidate peer(const std::string& name, const model::Workload& workload,
                                const model::InstanceSku& sku) const;
  Status add_workloads(const model::Workload& workload, std::vector<placement::ZoneCandidate>& zones) const;

  const ZoneConfig& config_;
  Tables& tables_;
  HostCapacity& capacity_;
  const federation::Peers& peers_;
  const PeerAdmission& admission_;
  const ZoneRecords& records_;
  std::map<std::string, double> price_factors_;  // by peer, once it has answered
};

}  // namespace hanse::zone
