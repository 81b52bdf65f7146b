// SimulatedDriver: host/driver.h over a Fleet: for fleets of hosts without hypervisors, and for the
// simulator.
//
// The state of a move does not flow through the network, but its connections are made: the target listens,
// the source dials and learns from the answer which host it reached. A direct move then depends on the Wire
// alone and survives the agents, as QEMU's own streams do; a relayed one breaks with its connection.
//
// Lifecycle: as Driver says; the fleet outlives it. Thread: the loop. Failure: as Driver says.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/scope.h"
#include "host/driver.h"
#include "host/drivers/simulated/fleet.h"
#include "runtime/runtime.h"

namespace hanse::host::simulated {

struct SimulatedHostOptions {
  std::string host;                                    // its name in the fleet
  std::string stream_host;                             // that other hosts reach; the endpoints begin with it
  std::string socket_folder = "/run/hanse/simulated";  // of a relayed move's unix sockets
  model::Inventory inventory = {};
};

// What a host of this driver has if nothing else is said.
model::Inventory default_inventory();

class SimulatedDriver final : public Driver {
 public:
  SimulatedDriver(Runtime& runtime, Fleet& fleet, SimulatedHostOptions options);
  ~SimulatedDriver() override;

  Task<Result<model::Inventory>> inventory() override;
  Task<Result<std::vector<MachineState>>> recover() override;
  std::optional<MachineState> observe(const std::string& uid) const override;
  // Its disks lie over no files.
  Result<std::set<std::string>> used_blobs() const override { return std::set<std::string>(); }
  Signal& changes() override { return changes_; }

  Task<Status> start(model::MachineSpec machine, Epoch epoch) override;
  Task<Status> stop(std::string uid, Nanos grace) override;
  void keep_for(const std::string& uid, Nanos time) override { fleet_.keep_for(options_.host, uid, time); }
  Task<Status> remove(std::string uid) override;
  Task<Result<GuestMeasure>> measure(std::string uid, Nanos watch) override;
  Task<Result<Readers>> peek_disks(std::string uid) override;

  Task<Result<Writers>> prepare_incoming(model::MachineSpec machine, Epoch epoch, KeptDisks kept) override;
  Task<Result<IncomingEndpoints>> open_incoming(std::string uid, IncomingOptions options) override;
  Task<Status> finish_incoming(std::string uid) override;
  Task<Result<std::unique_ptr<DiskWriter>>> open_saved_state(std::string uid, std::uint64_t chunks) override;
  Task<Status> load_saved_state(std::string uid) override;
  Task<Status> resume_incoming(std::string uid, Epoch epoch) override;
  Task<Result<IncomingEndpoints>> reopen_incoming(std::string uid) override;
  Task<Status> settle_incoming(std::string uid) override;
  Task<Result<Readers>> freeze_disks(std::string uid) override;
  Readers unmade_disks(const std::vector<model::DiskSpec>& disks) const override;
  Task<Result<Readers>> freeze_whole(std::string uid) override;
  Task<Status> copy_disks(std::string uid, OutgoingOptions options) override;
  void limit_outgoing(const std::string& uid, const model::TransferLimits& limits) override {
    fleet_.limit_move(options_.host, uid, limits);
  }
  CopyProgress disk_progress(const std::string& uid) const override;
  Task<Result<SwitchKind>> copy_memory(std::string uid, OutgoingOptions options) override;
  CopyProgress memory_progress(const std::string& uid) const override;
  Task<Status> drain_disks(std::string uid) override;
  Task<Status> send_state(std::string uid, SwitchKind kind) override;
  Task<Status> send_rest(std::string uid) override;
  Task<Status> send_again(std::string uid, OutgoingOptions options) override;
  Task<Status> break_outgoing(std::string uid) override;
  Task<Status> cancel_outgoing(std::string uid) override;
  ConsoleOutput console(const std::string& uid, std::uint64_t offset) const override;
  Task<Status> write_console(std::string uid, std::string text) override;

 private:
  // Where an incoming machine is listened for.
  struct Door {
    std::unique_ptr<Listener> memory;
    std::unique_ptr<Listener> disk;
    Scope scope;
  };
  // The connection that a relayed move stands on.
  struct Relay {
    std::unique_ptr<Stream> stream;
    Scope scope;
  };

  using Busy = bool (*)(const SimulatedMachine& machine);
  Task<void> wait_while(std::string uid, Busy busy);
  Task<Status> wait_for_stage(std::string uid, OutgoingStage passing);
  Task<Result<IncomingEndpoints>> open_door(std::string uid, Endpoint memory, Endpoint disk);
  Task<void> accept_loop(Door* door, Listener* listener);
  Task<void> greet(std::unique_ptr<Stream> stream);
  Task<Result<std::string>> dial(std::string uid, std::string endpoint);
  Task<void> watch_relay(std::string uid, Stream* stream);

  Runtime& runtime_;
  Fleet& fleet_;
  SimulatedHostOptions options_;
  Signal changes_;
  std::map<std::string, std::unique_ptr<Door>> doors_;
  std::map<std::string, std::unique_ptr<Relay>> relays_;
};

}  // namespace hanse::host::simulated
