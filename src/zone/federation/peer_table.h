// PeerTable: the zone's durable records of other zones, and out of them Peers, what everybody else sees:
// those that are active.
//
// Lifecycle: load() once at start. Thread: the loop. Failure: aborted (someone else wrote first), and those
// of the store.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "federation/peer_record.h"
#include "federation/peers.h"
#include "runtime/signal.h"
#include "store/store.h"
#include "zone/peer_clients.h"

namespace hanse::zone {

class PeerTable {
 public:
  struct Stored {
    federation::PeerRecord record;
    federation::Peer peer;  // the same, with its certificates read
    store::Revision revision = store::kNoRevision;
  };

  PeerTable(Runtime& runtime, store::Store& store, Certificates& certificates, federation::Peers& peers,
            PeerClients& clients, Signal& tls_changes)
      : changes_(runtime.scheduler),
        log_(runtime.log, "federation"),
        store_(store),
        certificates_(certificates),
        peers_(peers),
        clients_(clients),
        tls_changes_(tls_changes) {}

  Status load();
  // By name; nullptr when there is none. Valid until the next write.
  const Stored* find(const std::string& zone) const;
  const std::map<std::string, Stored>& all() const { return records_; }

  // In one transaction with `others`, when nothing has changed since `before` (kNoRevision: there was none).
  Task<Status> write(federation::PeerRecord record, store::Revision before, store::Transaction others = {});
  Task<Status> erase(std::string zone, store::Revision before);
  // A record was written or erased.
  Signal& changes() { return changes_; }

 private:
  federation::Peer usable_peer(const federation::PeerRecord& record) const;
  void take_over();

  Signal changes_;
  Logger log_;
  store::Store& store_;
  Certificates& certificates_;
  federation::Peers& peers_;
  PeerClients& clients_;
  Signal& tls_changes_;
  std::map<std::string, Stored> records_;
};

}  // namespace hanse::zone
