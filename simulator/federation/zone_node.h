// ZoneNode: `hanse zone` as a simulated process: the production zone with its API, over a simulated journal.
//
// Like the program under a supervisor, a zone that cannot start is started again after a pause. Lifecycle:
// one for each run of the process. Thread: one.
#pragma once

#include <memory>
#include <vector>

#include "api/zone_server.h"
#include "base/scope.h"
#include "simulator/certificates.h"
#include "simulator/hashing.h"
#include "simulator/process.h"
#include "simulator/scenario.h"
#include "simulator/signatures.h"
#include "simulator/web_keys.h"
#include "store/store.h"

namespace hanse::simulator {

class ZoneNode final : public ProcessRoot {
 public:
  ZoneNode(ProcessContext context, const ZonePlace& place, zone::ZoneConfig config);

  // Of the zone that serves; nullptr while it starts.
  zone::Zone* zone();

 private:
  Task<void> run(ProcessContext context, zone::ZoneConfig config);
  Task<Status> start(ProcessContext context, zone::ZoneConfig config);

  SimulatedCertificates certificates_;
  SimulatedHashing hashing_;
  SimulatedSignatures signatures_;
  NoWebKeys web_keys_;
  std::vector<federation::PeerRecord> peers_;
  bool serves_ = false;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<api::ZoneServer> server_;
  Scope scope_{1};  // declared last: destroyed first
};

}  // namespace hanse::simulator
