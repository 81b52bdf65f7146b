// SimulatedHost: one host of a process that stands for many: the same link, machines and driver interface as
// the agent's, over a connection of its own and without a disk. It has no blobs to fetch and takes no part in
// moves.
//
// Lifecycle: run() until it is destroyed; the machines in the fleet stay. Thread: the loop. Failure: that of
// the zone is waited out as by any host.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "host/blobs.h"
#include "host/console_requests.h"
#include "host/drivers/simulated/driver.h"
#include "host/leases.h"
#include "host/machines.h"
#include "host/zone_link.h"
#include "http/client.h"

namespace hanse::host::simulated {

// Images are everywhere already.
class NoBlobs final : public BlobSource {
 public:
  Task<Status> ensure(model::Blob) override { co_return Status(); }
};

class NoPaths final : public StreamPaths {
 public:
  Task<Result<std::unique_ptr<OpenPath>>> open(model::MoveOrder) override;
};

// What the hosts of one process share. All of it outlives them.
struct SharedParts {
  Runtime& runtime;
  Fleet& fleet;
  BlobSource& blobs;
  StreamPaths& paths;
  MoveMarkers& markers;
  SeedContext& seeding;
  SnapshotStore& snapshots;
  std::string version;  // of the program, for the zone
};

struct SimulatedHostConfig {
  std::string name;
  Endpoint zone_endpoint;
  TlsOptions tls;
  model::Inventory inventory;
};

class SimulatedHost final : private LinkReceiver {
 public:
  SimulatedHost(SharedParts& parts, SimulatedHostConfig config);

  // Dials after `delay`, then for ever.
  Task<void> run(Nanos delay);

  bool connected() const { return link_.connected(); }

 private:
  Task<Result<model::HostHello>> hello() override;
  void opened() override { machines_.stream_opened(); }
  void desired(model::MachineDesired desired) override { machines_.set_desired(std::move(desired)); }
  void synced() override { machines_.synced(); }
  model::HostPing ping() override { return leases_.ping(); }
  void lease(model::HostLease lease) override { leases_.granted(lease); }
  bool holds_leases() const override { return leases_.any(); }
  void request(model::HostRequest request) override { consoles_.serve(std::move(request)); }
  void relay(model::RelayRequest) override {}  // never receives a move

  SharedParts& parts_;
  std::string name_;
  std::string boot_id_;
  http::Client zone_;
  SimulatedDriver driver_;
  Leases leases_;
  MachineContext context_;
  ZoneLink link_;
  Machines machines_;
  ConsoleRequests consoles_;
};

}  // namespace hanse::host::simulated
