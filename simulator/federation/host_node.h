// HostNode: `hanse host` as a simulated process: the production agent over the simulated driver.
//
// Before it runs it enrols, as an operator would let it: the zone's administrator makes a token, which is
// kept on the host's disk and used until the zone's answer is known. Like the program under a supervisor, an
// agent that ends is started again after a pause. Lifecycle: one for each run of the process; the machines in
// the fleet outlive it. Thread: one.
#pragma once

#include <memory>

#include "base/scope.h"
#include "host/agent.h"
#include "host/drivers/simulated/driver.h"
#include "simulator/certificates.h"
#include "simulator/hashing.h"
#include "simulator/process.h"
#include "simulator/scenario.h"
#include "store/memory_chunks.h"

namespace hanse::simulator {

class HostNode final : public ProcessRoot {
 public:
  HostNode(ProcessContext context, const HostPlace& place);

 private:
  Task<void> run(ProcessContext context, HostPlace place);
  Task<Status> run_agent(ProcessContext context, HostPlace place);
  Task<Status> enrol(Runtime& runtime, HostPlace place);

  SimulatedCertificates certificates_;
  SimulatedHashing hashing_;
  store::MemoryChunks chunks_{hashing_};
  host::SnapshotStore snapshots_;
  std::unique_ptr<host::simulated::SimulatedDriver> driver_;
  std::unique_ptr<host::Agent> agent_;
  Scope scope_{1};  // declared last: destroyed first
};

}  // namespace hanse::simulator
