// ZoneCandidates: the zones that a workload's replicas may run in, as placement sees them: this one by what
// it has, the peers by their signed digests, by the policy for them and by how they were last heard of.
//
// Reading of tables and digests; the prices that peers ask of this zone are remembered, in memory. Decisions
// are made by ZoneChooser, which keeps an index of the same descriptions and offers; all of them are for who
// wants reasons. Thread: the loop. Failure: those of the tables.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/workload.h"
#include "placement/candidate.h"
#include "zone/federation/peer_admission.h"
#include "zone/host_capacity.h"

namespace hanse::zone {

// What a peer asked is believed for so long: one that was too dear would else never be asked again.
inline constexpr Nanos kAgreedPriceMemory = Seconds{600};

class ZoneCandidates {
 public:
  ZoneCandidates(Clock& clock, const ZoneConfig& config, Tables& tables, HostCapacity& capacity,
                 const federation::Peers& peers, const PeerAdmission& admission, const ZoneRecords& records)
      : clock_(clock),
        config_(config),
        tables_(tables),
        capacity_(capacity),
        peers_(peers),
        admission_(admission),
        records_(records) {}

  // This zone first.
  std::vector<std::string> names() const;
  const std::string& here() const { return config_.name; }
  bool is_here(const std::string& zone) const { return zone == config_.name; }
  // What is known of a zone whatever is placed: all but what is said of one flavour and one workload.
  placement::ZoneCandidate describe(const std::string& zone) const;

  // What it is to a tenant's instances of this flavour.
  struct Offered {
    std::optional<MicroEuroPerHour> price;
    placement::PriceSource price_source = placement::PriceSource::stated;
    std::int64_t fits = 0;
    std::string refusal;  // why the policies forbid it; empty: they do not
  };
  Offered offered_by_peer(const std::string& zone, const std::string& tenant,
                          const model::InstanceSku& sku) const;
  Result<Offered> offered_here(const model::Workload& workload, const model::InstanceSku& sku) const;

  // Where another workload of its workspace runs, by the version of its record; nowhere when there is none.
  struct Places {
    std::int64_t version = 0;
    std::vector<std::string> zones;
  };
  Result<Places> places_of(const model::Workload& workload, const std::string& other) const;

  // As the planner takes them, with the workloads that the policy names. Without replicas of the workload
  // itself, which the caller counts.
  Result<std::vector<placement::ZoneCandidate>> all(const model::Workload& workload,
                                                    const model::InstanceSku& sku) const {
    return some(workload, sku, names());
  }
  // Those of these names that are zones of the federation.
  Result<std::vector<placement::ZoneCandidate>> some(const model::Workload& workload,
                                                     const model::InstanceSku& sku,
                                                     const std::vector<std::string>& names) const;
  // What a peer asks of this zone for one, as it answered: counts instead of what it tells everybody.
  void learn_price(const std::string& zone, const model::InstanceSku& sku, MicroEuroPerHour price);

 private:
  Status add_workloads(const model::Workload& workload, std::vector<placement::ZoneCandidate>& zones) const;

  struct Agreed {
    double factor;
    MonotonicTime until;
  };

  Clock& clock_;
  const ZoneConfig& config_;
  Tables& tables_;
  HostCapacity& capacity_;
  const federation::Peers& peers_;
  const PeerAdmission& admission_;
  const ZoneRecords& records_;
  std::map<std::string, Agreed> agreed_;  // by peer, once it has answered
};

}  // namespace hanse::zone
