// LeaseGrants: the leases that this zone grants for the replicas of its workloads that run in other zones,
// and when the last of them is over.
//
// In memory: a zone that starts takes everything to have been granted just before. Thread: the loop.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "model/replica_lease.h"
#include "runtime/runtime.h"
#include "zone/tables.h"

namespace hanse::zone {

class LeaseGrants {
 public:
  LeaseGrants(Runtime& runtime, Tables& tables, std::string zone)
      : runtime_(runtime), tables_(tables), zone_(std::move(zone)), began_(runtime.clock.now()) {}

  // For a peer that this zone trusts: who knows the reservation came by the replica. What is no
  // replica of ours, or cannot be read, is not granted. Errors: invalid_argument for too many.
  Result<model::ReplicaLeaseAnswer> grant(const model::ReplicaLeaseRequest& request);

  // Whether no zone can run what was assigned by this reservation any more, unless it is granted again.
  bool is_over(const std::string& reservation) const;
  // From now on it is not granted: it is being given up, or, again, not.
  void withhold(const std::string& reservation) { withheld_.insert(reservation); }
  void allow(const std::string& reservation) { withheld_.erase(reservation); }

 private:
  bool may_run(const model::ReplicaClaim& claim) const;

  Runtime& runtime_;
  Tables& tables_;
  std::string zone_;
  MonotonicTime began_;
  std::map<std::string, MonotonicTime> granted_;  // by reservation: the last time
  std::set<std::string> withheld_;
};

}  // namespace hanse::zone
