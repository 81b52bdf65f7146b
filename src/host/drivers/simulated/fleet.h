// Fleet: the truth about simulated machines: what hypervisors and guests do while agents come and go. One
// host's agent has a fleet of one host; the simulator has one fleet for all hosts, so that machines move
// between them and its checks see every copy.
//
// Commands only begin things; what comes of them shows in the machine's state, and the host's observer is
// told. Lifecycle: outlives the drivers over it; destroying it ends all machines. Thread: the loop.
// Failure: as host/driver.h says.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "host/drivers/simulated/guest_profile.h"
#include "host/drivers/simulated/machine.h"
#include "host/drivers/simulated/wire.h"
#include "runtime/clock.h"
#include "runtime/random.h"
#include "runtime/scheduler.h"

namespace hanse::host::simulated {

struct FleetOptions {
  Nanos boot_time_low = Millis{500};
  Nanos boot_time_high = Seconds{2};
  std::uint32_t boot_failures_per_million = 0;
  Nanos shutdown_time = Seconds{1};
  Nanos write_interval = Millis{200};  // 0: guests write nothing
  Nanos mean_time_to_failure{0};       // of a guest; 0: never
  Bytes disk_bytes{32 << 20};          // that a move copies
  std::int64_t touched_percent = 25;   // of a guest's memory
  GuestDistribution guests = {};
};

class Fleet {
 public:
  using Place = std::pair<std::string, std::string>;  // host, uid
  using Machines = std::map<Place, SimulatedMachine>;

  Fleet(Scheduler& scheduler, Clock& clock, Random& random, Wire& wire, FleetOptions options);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // Called whenever something about a machine of this host has changed; an empty function: nobody.
  void set_observer(const std::string& host, std::function<void()> observer);

  const SimulatedMachine* find(const std::string& host, const std::string& uid) const;
  std::vector<MachineState> states(const std::string& host) const;
  const FleetOptions& options() const { return options_; }

  Status boot(const std::string& host, model::MachineSpec spec, Epoch epoch);
  Status shut_down(const std::string& host, const std::string& uid, Nanos grace);
  // It loses its power when the time is over, whatever becomes of the agent.
  void keep_for(const std::string& host, const std::string& uid, Nanos time);
  void remove(const std::string& host, const std::string& uid);
  Status prepare_incoming(const std::string& host, model::MachineSpec spec, Epoch epoch, KeptDisks kept);
  Status finish_incoming(const std::string& host, const std::string& uid);
  // Content from outside, onto the disk of one that waits. Errors: unavailable when it does not.
  Status seed_disk(const std::string& host, const std::string& uid, const DiskContent& content);
  Status open_incoming(const std::string& host, const std::string& uid, IncomingEndpoints endpoints);
  Status resume_incoming(const std::string& host, const std::string& uid, Epoch epoch);

  // Of one that does not run all is nought.
  Result<GuestMeasure> measure(const std::string& host, const std::string& uid) const;
  // Its disk as it is now, or was when it was frozen.
  Result<DiskContent> freeze(const std::string& host, const std::string& uid);
  Status begin_disks(const std::string& host, const std::string& uid, std::string target_host, bool relayed);
  // Of the move that is under way.
  void limit_move(const std::string& host, const std::string& uid, const model::TransferLimits& limits);
  Status begin_memory(const std::string& host, const std::string& uid, bool may_follow);
  Status drain(const std::string& host, const std::string& uid);
  Status begin_state(const std::string& host, const std::string& uid);
  // Of a post-copy: its stream is another from now on.
  Status begin_again(const std::string& host, const std::string& uid);
  // At its target: what memory is still to come waits for begin_again().
  Status break_memory(const std::string& host, const std::string& uid);
  Status break_outgoing(const std::string& host, const std::string& uid);
  Status cancel_outgoing(const std::string& host, const std::string& uid);
  // A relayed stream broke: the move fails unless all has been sent.
  void break_stream(const std::string& host, const std::string& uid);

  void write_console(const std::string& host, const std::string& uid, const std::string& text);

  // For checks and faults of the simulator.
  const Machines& machines() const { return machines_; }
  // Whether keep_for() was ever asked for it.
  bool runs_by_lease(const std::string& uid) const { return leased_.contains(uid); }
  // Writes that a guest of this uid was told are on disk, wherever it ran.
  const std::map<std::string, DiskContent>& acknowledged() const { return acknowledged_; }
  // Raised with every change of what the two above say.
  std::uint64_t version() const { return version_; }
  // Its hypervisor ends at once, and with it the guest's memory here; writes that were not acknowledged may
  // be lost. Nothing of one that has none: it is stopped, has failed, or is not there.
  void kill(const std::string& host, const std::string& uid);
  // A guest that was booted anew although its memory was there and nobody had stopped it, in words; else
  // empty.
  const std::string& booted_anew() const { return booted_anew_; }
  // Takes the newer half of the writes off the disk of one copy, as a broken disk would.
  void damage_disk(const std::string& host, const std::string& uid);

 private:
  SimulatedMachine* find_mutable(const std::string& host, const std::string& uid);
  Result<SimulatedMachine*> need(const std::string& host, const std::string& uid);
  void changed(const std::string& host);
  void set_run_state(const Place& place, SimulatedMachine& machine, RunState state);
  void stop_timers(SimulatedMachine& machine);
  void cut_power(const std::string& uid, SimulatedMachine& machine);
  void begin_life(SimulatedMachine& machine);
  void let_go(const std::string& uid, SimulatedMachine& machine);
  bool may_boot(const std::string& uid, const SimulatedMachine& machine) const;

  // life.cpp: boots, stops, and what the guest does.
  void finish_boot(const Place& place);
  void finish_stop(const Place& place);
  void begin_guest(const Place& place, SimulatedMachine& machine);
  void arm_crash(const Place& place, SimulatedMachine& machine);
  void halt_guest(SimulatedMachine& machine);
  void guest_step(const Place& place);
  void write_block(SimulatedMachine& machine);
  void beat(SimulatedMachine& machine);
  void arm_guest(const Place& place, SimulatedMachine& machine);

  // move.cpp: one tick of a move copies what the wire carries in that time, within its limits.
  Result<Outgoing*> need_stage(const Place& place, OutgoingStage stage, const char* what);
  void arm_move(const Place& place, Outgoing& move, Nanos delay);
  void move_tick(const Place& place);
  void copy_some_disk(const Place& place, Outgoing& move, const SimulatedMachine& machine,
                      SimulatedMachine& target);
  void copy_some_memory(const Place& place, Outgoing& move, SimulatedMachine& machine);
  void send_some_rest(const Place& place, Outgoing& move, const SimulatedMachine& machine,
                      SimulatedMachine& target);
  void load_target(const Place& place, Outgoing& move, const SimulatedMachine& machine,
                   SimulatedMachine& target);
  void fail_move(const Place& place, Outgoing& move, Error error);
  SimulatedMachine* target_of(const Place& place, const Outgoing& move);

  Scheduler& scheduler_;
  Clock& clock_;
  Random& random_;
  Wire& wire_;
  FleetOptions options_;
  Machines machines_;
  std::map<Place, TimerId> ends_;
  std::set<std::string> leased_;
  std::map<std::string, DiskContent> acknowledged_;
  std::map<std::string, std::function<void()>> observers_;
  std::map<std::string, GuestLife> lives_;  // the newest of each uid
  std::string booted_anew_;
  RunId last_run_ = 0;
  std::uint64_t version_ = 0;
};

}  // namespace hanse::host::simulated
