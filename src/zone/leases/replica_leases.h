// ReplicaLeases: what this zone may run of other zones' workloads whose failover is `restart`. It asks each
// zone that declared one again and again, and counts from when it asked.
//
// Told of each change of an instance. Lifecycle: start() once; destroying it stops the asking. Thread: the
// loop. Failure: a zone that does not answer is asked again; what it does not grant ends.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/scope.h"
#include "model/replica_lease.h"
#include "runtime/runtime.h"
#include "runtime/signal.h"
#include "zone/peer_clients.h"
#include "zone/tables.h"

namespace hanse::zone {

class ReplicaLeases {
 public:
  ReplicaLeases(Runtime& runtime, Tables& tables, PeerClients& clients, std::string zone)
      : runtime_(runtime),
        log_(runtime.log, "leases"),
        tables_(tables),
        clients_(clients),
        zone_(std::move(zone)),
        wanted_(runtime.scheduler) {}

  Status start();
  void instance_changed(const std::string& key);
  // Changes were missed and all instances there are were told of: those of which nothing was told are gone.
  // What is held meanwhile stays, so that none of it runs as if it needed no lease.
  void drop_gone();

  // Whether a host may be granted its lease now: all of the host's is over before ours is.
  bool may_run(const std::string& uid) const;
  // Before an instance comes here by a move. Errors: unavailable or failed_precondition, naming the zone.
  Task<Status> obtain(model::Instance instance);

 private:
  struct Held {
    std::string uid;
    std::string home;
    model::ReplicaClaim claim;
  };

  Task<void> renew_all();
  Task<void> renew(std::string home);
  // Grants are noted, also of what has no instance yet.
  Task<Status> ask(std::string home, std::vector<model::ReplicaClaim> claims);

  Runtime& runtime_;
  Logger log_;
  Tables& tables_;
  PeerClients& clients_;
  std::string zone_;
  Signal wanted_;
  std::map<std::string, Held> held_;              // by key of the instance
  std::map<std::string, std::string> keys_;       // by uid
  std::map<std::string, MonotonicTime> granted_;  // by reservation: when it was asked for
  std::set<std::string> asked_;                   // zones that are being asked
  Scope scope_{64};                               // declared last: destroyed first
};

// The zone that declared the workload of "<zone>/<tenant>/<workspace>/<name>#<index>".
std::string home_of(const std::string& replica);
// Nothing for what is no replica, or is kept whatever becomes of its zone.
std::optional<model::ReplicaClaim> claim_of(const model::Instance& instance);

}  // namespace hanse::zone
