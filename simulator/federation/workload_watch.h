// WorkloadWatch: the workloads of all zones and where their replicas are, as an observer outside of the code
// under test sees them: at every step of a run, and at its quiet end.
//
// It judges an assignment by what the zones truly are, which their digests say, not by the planner.
// Lifecycle: as long as the run. Thread: one. Of a zone that is down it knows what it last saw.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "host/drivers/simulated/fleet.h"
#include "model/workload.h"
#include "simulator/federation/placement_sites.h"
#include "simulator/world.h"
#include "zone/zone.h"

namespace hanse::simulator {

using Sites = std::map<std::string, PlacementSite>;  // by zone

class WorkloadWatch {
 public:
  // Requires: the zones are processes whose roots are ZoneNodes.
  WorkloadWatch(World& world, const Sites& sites);

  // An invariant: whatever zone a replica is assigned anew, the workload's policy allows it.
  std::optional<std::string> check_assignments();
  // An invariant: of one replica one machine executes, wherever; also when its workload is made again.
  std::optional<std::string> check_replicas(const host::simulated::Fleet& fleet);

  // For the quiet end: no reservation is held, each host has free what its instances leave, every replica is
  // where its workload says, and each workload is complete or says why no zone takes more; what its policy
  // enforces for ever is so, or is said to stay for a reason.
  std::optional<std::string> unsettled();

  std::size_t assigned_here() const { return assigned_here_; }
  std::size_t assigned_elsewhere() const { return assigned_elsewhere_; }
  std::size_t moved() const { return moved_; }

 private:
  struct Watched {
    Process& process;
    const zone::Zone* zone = nullptr;  // that was looked at last, and
    store::Revision revision = store::kNoRevision;
  };
  using Workloads = std::map<std::string, model::Workload>;  // by name

  std::optional<std::string> look_at(const std::string& home, zone::Zone& zone);
  std::optional<std::string> judge(const std::string& home, const model::Workload& before,
                                   const model::Workload& now) const;
  std::optional<std::string> judge_one(const std::string& home, const model::Workload& workload,
                                       const model::WorkloadSpec& spec,
                                       const model::ReplicaAssignment& replica,
                                       const std::string& payer) const;
  std::optional<std::string> judge_spread(const model::Workload& workload, model::Spread spread,
                                          const model::ReplicaAssignment& replica) const;
  std::optional<std::string> unsettled_workload(const std::string& home,
                                                const model::Workload& workload) const;
  std::optional<std::string> check_zone(zone::Zone& zone) const;
  std::optional<std::string> check_owner(const std::string& zone, const model::Instance& instance) const;

  const Sites& sites_;
  std::vector<Watched> zones_;
  std::map<std::string, Workloads> workloads_;   // by home
  std::map<std::string, std::string> replicas_;  // name of the replica by uid of the machine
  std::uint64_t replicas_version_ = 0;
  std::pair<std::uint64_t, std::uint64_t> replicas_checked_;
  std::size_t assigned_here_ = 0;
  std::size_t assigned_elsewhere_ = 0;
  std::size_t moved_ = 0;
};

}  // namespace hanse::simulator
