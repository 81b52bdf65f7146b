// SimulatedMachine: one modelled virtual machine on one host. Plain data; the Fleet changes it.
//
// The guest writes numbered blocks. A write belongs to the run of the guest that made it, from a boot or a
// resume at one place to its end there, so that two copies that both went on after a fork are told apart.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "host/driver.h"
#include "model/host_protocol.h"
#include "runtime/scheduler.h"

namespace hanse::host::simulated {

using RunId = std::uint64_t;

// The writes 1..n of each run.
struct DiskContent {
  std::map<RunId, std::uint64_t> writes;

  bool holds(const DiskContent& other) const;
  std::uint64_t total() const;
  bool operator==(const DiskContent&) const = default;
};

// `following`, and when its stream has broken `cut`: of a post-copy, whose guest may run at the target.
enum class OutgoingStage {
  disks,
  mirrored,
  memory,
  switch_point,
  drained,
  sending_state,
  following,
  cut,
  handed_over,
  failed
};

// The source's side of a move.
struct Outgoing {
  OutgoingStage stage = OutgoingStage::disks;
  std::string target_host;
  SwitchKind kind = SwitchKind::whole;
  bool may_follow = false;  // memory that does not converge
  bool relayed = false;     // through connections of the agents, see Fleet::break_stream
  CopyProgress disk;
  CopyProgress memory;
  std::int64_t throttle = 1;  // the guest dirties so many times less memory, for the move to converge
  Nanos silent{0};            // how long nothing has got through
  Nanos since_throttle{0};
  Error error;  // of `failed`
  TimerId timer = TimerId::none;
};

// Of a guest's memory, from a boot or a resume at one place on, for as long as it is anywhere.
struct GuestLife {
  RunId id = 0;
  bool let_go = false;  // somewhere it was stopped, or its hypervisor died
};

struct SimulatedMachine {
  model::MachineSpec spec;
  MachineState state;
  DiskContent disk;
  std::optional<DiskContent> frozen;  // what it was at a freeze; what was written since lies beside it
  RunId run = 0;
  RunId life = 0;                 // of the guest whose memory is here, or was
  bool let_go = false;            // it was stopped here since, or its hypervisor died
  Nanos guest_clock{0};           // stands still while it is paused, starts again at a boot
  Epoch prepared_epoch;           // incoming: that it will be in
  bool loaded = false;            // incoming: all of its state has come
  IncomingEndpoints endpoints;    // incoming: where its host listens
  std::string console;            // the last kConsoleRing bytes
  std::uint64_t console_end = 0;  // bytes ever written
  std::optional<Outgoing> outgoing;
  model::TransferLimits limits;         // of this move and those that begin later
  TimerId life_timer = TimerId::none;   // of a boot or a stop
  TimerId guest_timer = TimerId::none;  // of the next write
};

// The guest may execute: no other copy may be in one of these states.
bool is_executing(RunState state);
// There is a process of it, whether its guest executes or not.
bool has_hypervisor(RunState state);

inline constexpr std::size_t kConsoleRing = 64 * 1024;

}  // namespace hanse::host::simulated
