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
#include <tuple>
#include <utility>
#include <vector>

#include "host/drivers/simulated/fleet.h"
#include "model/workload.h"
#include "simulator/federation/host_spread.h"
#include "simulator/federation/policy_judge.h"
#include "simulator/world.h"
#include "zone/zone.h"

namespace hanse::simulator {

class WorkloadWatch {
 public:
  // Requires: the zones are processes whose roots are ZoneNodes.
  WorkloadWatch(World& world, const Sites& sites);

  // An invariant: whatever zone a replica is assigned anew, or moved to by `enforce: continuous`, the
  // workload's policy allows it; and whatever host, where replicas are spread by hosts.
  std::optional<std::string> check_assignments();
  // An invariant: no zone deletes a replica that its workload wants there.
  std::optional<std::string> check_kept();
  // An invariant: of one replica one machine executes, wherever; also when its workload is made again.
  std::optional<std::string> check_replicas(const host::simulated::Fleet& fleet);

  // To be called often: what a zone notes is gone when it ends.
  void count_refusals();

  // For the quiet end: no reservation is held, each host has free what its instances leave, every replica is
  // where its workload says, and each workload is complete or says why no zone takes more; what its policy
  // enforces for ever is so, or is said to stay for a reason.
  std::optional<std::string> unsettled();

  std::size_t assigned_here() const { return assigned_here_; }
  std::size_t assigned_elsewhere() const { return assigned_elsewhere_; }
  std::size_t moved() const { return moved_; }
  // Zones that were chosen and did not take the replica after all.
  std::size_t refused() const { return refused_; }
  std::size_t spread_by_host() const { return hosts_.judged(); }

 private:
  struct Watched {
    Process& process;
    const zone::Zone* zone = nullptr;  // that was looked at last, and
    store::Revision revision = store::kNoRevision;
    std::uint64_t events = 0;  // that were looked at
  };
  struct Deleted {
    std::string zone;
    std::string home;
    std::string instance;
    std::string reservation;
  };
  struct Snapshot {
    Nanos until{0};
    Workloads workloads;
  };

  std::optional<std::string> look_at(const std::string& home, zone::Zone& zone);
  std::optional<std::string> judge(const std::string& home, const Workloads& before,
                                   const model::Workload& old, const model::Workload& now);
  std::optional<std::string> judge_move(const std::string& home, const model::Workload& workload,
                                        const model::ReplicaAssignment& replica, Nanos since) const;
  void note_deletions(const std::string& zone, const HostSpread::Instances& instances);
  std::optional<std::string> unsettled_workload(const std::string& home,
                                                const model::Workload& workload) const;
  std::optional<std::string> check_zone(zone::Zone& zone) const;
  std::optional<std::string> check_owner(const std::string& zone, const model::Instance& instance) const;

  World& world_;
  const Sites& sites_;
  HostSpread hosts_;
  std::vector<Watched> zones_;
  std::map<std::string, Workloads> workloads_;            // by home
  std::map<std::string, std::vector<Snapshot>> history_;  // what they were before, by home
  // When a replica came to its zone, by home, workload and reservation.
  std::map<std::tuple<std::string, std::string, std::string>, Nanos> since_;
  std::map<std::string, std::string> replicas_;  // name of the replica by uid of the machine
  std::uint64_t replicas_version_ = 0;
  std::pair<std::uint64_t, std::uint64_t> replicas_checked_;
  std::set<std::string> deletions_;  // uids of instances whose deletion was seen
  std::vector<Deleted> not_judged_;  // of these: their homes do not serve
  std::size_t assigned_here_ = 0;
  std::size_t assigned_elsewhere_ = 0;
  std::size_t moved_ = 0;
  std::size_t refused_ = 0;
};

}  // namespace hanse::simulator
