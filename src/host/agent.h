// Agent: `hanse host`, composed: identity, the stream to the zone, machines, blobs, relays, consoles.
//
// Lifecycle: run() until it is destroyed; the machines go on running. Thread: the loop. Failure of run():
// what makes it impossible to begin: another agent on the data folder, no identity, no hypervisor.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "host/agent_lock.h"
#include "host/blob_cache.h"
#include "host/console_requests.h"
#include "host/drivers/qemu/options.h"
#include "host/host_config.h"
#include "host/host_identity.h"
#include "host/host_stream_paths.h"
#include "host/leases.h"
#include "host/machines.h"
#include "host/move/marker.h"
#include "host/move/measure_requests.h"
#include "host/relay_answers.h"
#include "host/zone_link.h"
#include "runtime/certificates.h"
#include "runtime/hashing.h"
#include "store/chunk_store.h"

namespace hanse::host {

// What has to be known before a driver and an agent can be made.
struct HostFacts {
  std::string zone;
  std::string name;
  Endpoint zone_endpoint;
  std::optional<ProcessUser> guest_user;
};

// Requires: the machine has enrolled. Errors: host/host_identity.h, host/guest_user.h.
Task<Result<HostFacts>> prepare_host(Runtime& runtime, Certificates& certificates, HostConfig config);

// With name and zone, where the configuration does not say another address of it.
HostConfig with_identity(HostConfig config, const HostFacts& facts);
// Requires: with_identity().
qemu::QemuOptions qemu_options(const HostConfig& config, const HostFacts& facts);

class Agent final : private LinkReceiver {
 public:
  // `version` of the program, for the zone. All references outlive the agent. Requires: with_identity().
  Agent(Runtime& runtime, Certificates& certificates, Hashing& hashing, store::ChunkStore& chunks,
        SnapshotStore& snapshots, Driver& driver, HostConfig config, std::string version);

  Task<Status> run();

  const ZoneLink& link() const { return link_; }
  const Machines& machines() const { return machines_; }

 private:
  Task<Status> start();
  Task<Result<model::HostHello>> hello() override;
  void opened() override { machines_.stream_opened(); }
  void desired(model::MachineDesired desired) override { machines_.set_desired(std::move(desired)); }
  void synced() override { machines_.synced(); }
  model::HostPing ping() override;
  Task<void> watch_disk();
  Result<std::set<std::string>> used_blobs() const;
  void lease(model::HostLease lease) override { leases_.granted(lease); }
  bool holds_leases() const override { return leases_.any(); }
  void request(model::HostRequest request) override;
  void relay(model::RelayRequest request) override { relays_.serve(std::move(request)); }

  Runtime& runtime_;
  Driver& driver_;
  HostConfig config_;
  std::string version_;
  std::string boot_id_;
  std::optional<MiB> disk_mib_;  // free when it was last looked at
  AgentLock lock_;
  HostIdentity identity_;
  http::Client zone_;
  BlobCache blobs_;
  HostStreamPaths paths_;
  MoveMarkers markers_;
  Leases leases_;
  SeedContext seeding_;
  MachineContext context_;
  ZoneLink link_;
  Machines machines_;
  ConsoleRequests consoles_;
  MeasureRequests measures_;
  RelayAnswers relays_;
};

}  // namespace hanse::host
