// What a workload's replicas should be, from what is declared and what is assigned. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/workload.h"
#include "placement/candidate.h"
#include "runtime/hashing.h"

namespace hanse::zone {

using Replicas = std::vector<model::ReplicaAssignment>;

// Marks what is too many for deletion, and adds the indexes that are missing, without a zone. With perZone
// none is added: there is one wherever a zone may have one, see next_index().
Replicas wanted_replicas(const model::Workload& workload);
// The lowest that no replica has.
std::int32_t next_index(const Replicas& replicas);
model::ReplicaAssignment new_replica(const model::Workload& workload, std::int32_t index);

// How many replicas each zone that has some has, but for those with index `except` (-1: none).
std::map<std::string, std::int32_t> replicas_by_zone(const Replicas& replicas, std::int32_t except);
void count_replicas(const Replicas& replicas, std::int32_t except,
                    std::vector<placement::ZoneCandidate>& zones);

// Why no zone can be right: the policy asks for one architecture and the SKU is of another. Else empty.
std::string wrong_architecture(const model::Workload& workload, const model::InstanceSku& sku);

// Of replicas spread by host those that share one, in words. `hosts`: by index, where they are; a host's name
// means something in its zone alone.
std::vector<std::string> shared_hosts(const model::Workload& workload, const Replicas& replicas,
                                      const std::map<std::int32_t, std::string>& hosts);

// These zones are out for now, each for its reason; what the zones' policies forbid is said first.
void pass_over(const std::map<std::string, std::string>& reasons,
               std::vector<placement::ZoneCandidate>& zones);

// Changes when the replicas have to be made anew: with all of the template but the power.
std::string template_version(Hashing& hashing, const model::InstanceTemplate& wanted);

// "<zone>/<tenant>/<workspace>/<name>#<index>"
std::string replica_name(const std::string& zone, const model::Workload& workload, std::int32_t index);

}  // namespace hanse::zone
