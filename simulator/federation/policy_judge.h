// What a workload's policy has against a replica in a zone, by what the zones truly are: their configurations
// and places on the globe. Written without the planner's code, which it judges; it is no stricter than the
// planner where that goes by what only the zones can know, such as measured round trips. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "model/workload.h"
#include "simulator/federation/placement_sites.h"

namespace hanse::simulator {

using Workloads = std::map<std::string, model::Workload>;  // of one zone, by name

struct Judged {
  const Sites& sites;
  const Workloads& workloads;       // of the home of this one, at some moment
  const model::Workload& workload;  // with the replicas that there are beside this one
  const model::WorkloadSpec& spec;  // what is declared, at that moment or just before
  const model::ReplicaAssignment& replica;
  const std::string& payer;  // the zone for which the price is
};

// In words; nothing: the policy allows it.
std::optional<std::string> against_policy(const Judged& judged);

}  // namespace hanse::simulator
