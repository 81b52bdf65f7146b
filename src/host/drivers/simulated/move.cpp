// How a simulated machine moves: disks, then memory while the guest dirties it again, then the switch.
#include <algorithm>

#include "host/drivers/simulated/fleet.h"

namespace hanse::host::simulated {
namespace {

constexpr Nanos kTick = Millis{100};
constexpr Nanos kStreamTimeout = Seconds{15};  // of silence, after which a move fails
constexpr Nanos kDowntimeLimit = Millis{300};  // what is left must be sent in this time
constexpr Nanos kThrottleEvery = Seconds{5};
constexpr Nanos kFollowAfter = Seconds{1};  // what does not converge by then
constexpr std::int64_t kMaxThrottle = 1 << 20;

BytesPerSecond within(const model::TransferLimits& limits, BytesPerSecond rate) {
  if (limits.paused) return {};
  return limits.max_rate ? std::min(*limits.max_rate, rate) : rate;
}

Nanos planned_stop(const model::TransferLimits& limits) {
  return limits.max_blackout_ms ? Nanos(Millis{*limits.max_blackout_ms}) : kDowntimeLimit;
}

std::int64_t carried(BytesPerSecond rate, Nanos time) {
  return rate.value / 1'000 * std::chrono::duration_cast<Millis>(time).count();
}

}  // namespace

Status Fleet::prepare_incoming(const std::string& host, model::MachineSpec spec, Epoch epoch,
                               KeptDisks kept) {
  const Place place{host, spec.uid};
  SimulatedMachine& machine = machines_[place];
  const RunState state = machine.state.run_state;
  // One that died while it waited here has never run here.
  const bool waited = state == RunState::failed && machine.state.epoch == Epoch();
  if (state != RunState::stopped && state != RunState::incoming && !waited)
    return fail(Code::already_exists, "machine {} is on host '{}' already", spec.uid, host);
  stop_timers(machine);
  DiskContent disk = kept == KeptDisks::all ? std::move(machine.disk) : DiskContent();
  machine = SimulatedMachine{};
  machine.prepared_epoch = epoch;
  machine.disk = std::move(disk);
  machine.state = MachineState{.uid = spec.uid, .run_state = RunState::incoming, .forwards = spec.forwards};
  machine.spec = std::move(spec);
  changed(host);
  return {};
}

Status Fleet::finish_incoming(const std::string& host, const std::string& uid) {
  HANSE_TRY(SimulatedMachine* const machine, need(host, uid));
  if (machine->state.run_state != RunState::incoming)
    return fail(Code::failed_precondition, "machine {} does not wait for its disk", uid);
  machine->state.epoch = machine->prepared_epoch;
  set_run_state({host, uid}, *machine, RunState::stopped);
  return {};
}

Status Fleet::seed_disk(const std::string& host, const std::string& uid, const DiskContent& content) {
  SimulatedMachine* const machine = find_mutable(host, uid);
  if (machine == nullptr || machine->state.run_state != RunState::incoming)
    return fail(Code::unavailable, "machine {} does not wait for its disk on host '{}'", uid, host);
  for (const auto& [run, count] : content.writes) machine->disk.writes[run] = count;
  return {};
}

Status Fleet::open_incoming(const std::string& host, const std::string& uid, IncomingEndpoints endpoints) {
  HANSE_TRY(SimulatedMachine* const machine, need(host, uid));
  if (machine->state.run_state != RunState::incoming)
    return fail(Code::failed_precondition, "machine {} does not wait for its state", uid);
  machine->endpoints = std::move(endpoints);
  changed(host);
  return {};
}

Status Fleet::resume_incoming(const std::string& host, const std::string& uid, Epoch epoch) {
  HANSE_TRY(SimulatedMachine* const machine, need(host, uid));
  if (machine->state.run_state == RunState::running && machine->state.epoch == epoch) return {};
  if (machine->state.run_state != RunState::incoming || !machine->loaded)
    return fail(Code::failed_precondition, "machine {} has not been sent whole to host '{}'", uid, host);
  machine->state.epoch = epoch;
  machine->loaded = false;
  machine->run = ++last_run_;
  // What its source still has is old.
  begin_life(*machine);
  begin_guest({host, uid}, *machine);
  return {};
}

Result<GuestMeasure> Fleet::measure(const std::string& host, const std::string& uid) const {
  const SimulatedMachine* machine = find(host, uid);
  if (machine == nullptr) return fail(Code::not_found, "this host has no machine {}", uid);
  if (machine->state.run_state != RunState::running) return GuestMeasure();
  return GuestMeasure{.memory = to_bytes(machine->spec.memory_mib),
                      .dirty_rate = draw_guest(options_.guests, uid).dirty_rate};
}

Result<DiskContent> Fleet::freeze(const std::string& host, const std::string& uid) {
  HANSE_TRY(SimulatedMachine* const machine, need(host, uid));
  const RunState state = machine->state.run_state;
  if (state == RunState::stopped) return machine->disk;
  if (state != RunState::running)
    return fail(Code::failed_precondition, "the disks of machine {} are in use", uid);
  // Without disks nobody will bring it: the mirror takes all.
  if (machine->spec.disks.empty()) return DiskContent();
  if (!machine->frozen) machine->frozen = machine->disk;
  return *machine->frozen;
}

Status Fleet::begin_disks(const std::string& host, const std::string& uid, std::string target_host,
                          bool relayed) {
  HANSE_TRY(SimulatedMachine* const machine, need(host, uid));
  if (machine->state.run_state != RunState::running || machine->outgoing)
    return fail(Code::failed_precondition, "machine {} does not run freely; cancel its last move first", uid);
  Outgoing& move = machine->outgoing.emplace();
  move.target_host = std::move(target_host);
  move.relayed = relayed;
  move.disk.remaining = options_.disk_bytes;
  const Bytes touched{to_bytes(machine->spec.memory_mib).value * options_.touched_percent / 100};
  move.memory.remaining = touched;
  arm_move({host, uid}, move, kTick);
  changed(host);
  return {};
}

void Fleet::limit_move(const std::string& host, const std::string& uid, const model::TransferLimits& limits) {
  SimulatedMachine* const machine = find_mutable(host, uid);
  if (machine != nullptr) machine->limits = limits;
}

Result<Outgoing*> Fleet::need_stage(const Place& place, OutgoingStage stage, const char* what) {
  HANSE_TRY(SimulatedMachine* const machine, need(place.first, place.second));
  if (!machine->outgoing)
    return fail(Code::failed_precondition, "machine {} is not moving; {} comes later", place.second, what);
  if (machine->outgoing->stage == OutgoingStage::failed) return fail(machine->outgoing->error);
  if (machine->outgoing->stage != stage)
    return fail(Code::failed_precondition, "machine {} is not ready: {} comes later", place.second, what);
  return &*machine->outgoing;
}

Status Fleet::begin_memory(const std::string& host, const std::string& uid, bool may_follow) {
  HANSE_TRY(Outgoing* const move, need_stage({host, uid}, OutgoingStage::mirrored, "its memory"));
  move->may_follow = may_follow;
  move->stage = OutgoingStage::memory;
  changed(host);
  return {};
}

// Each write went to both sides, so there is nothing left.
Status Fleet::drain(const std::string& host, const std::string& uid) {
  HANSE_TRY(Outgoing* const move, need_stage({host, uid}, OutgoingStage::switch_point, "the drain"));
  move->stage = OutgoingStage::drained;
  changed(host);
  return {};
}

Status Fleet::begin_state(const std::string& host, const std::string& uid) {
  // An agent before this one may have come so far.
  const SimulatedMachine* known = find(host, uid);
  if (known != nullptr && known->outgoing && known->outgoing->stage == OutgoingStage::sending_state)
    return {};
  HANSE_TRY(Outgoing* const move, need_stage({host, uid}, OutgoingStage::drained, "the state"));
  move->stage = OutgoingStage::sending_state;
  changed(host);
  return {};
}

Status Fleet::begin_again(const std::string& host, const std::string& uid) {
  HANSE_TRY(SimulatedMachine* const machine, need(host, uid));
  if (!machine->outgoing)
    return fail(Code::failed_precondition, "machine {} has ended with memory that its target lacks", uid);
  Outgoing& move = *machine->outgoing;
  if (move.stage == OutgoingStage::handed_over) return {};
  if (move.stage != OutgoingStage::cut && move.stage != OutgoingStage::following)
    return fail(Code::failed_precondition, "machine {} has no memory that follows", uid);
  SimulatedMachine* const target = target_of({host, uid}, move);
  if (target == nullptr || target->state.memory == MemoryState::whole)
    return fail(Code::unavailable, "the machine that lacks memory has gone");
  target->state.memory = MemoryState::follows;
  scheduler_.cancel(std::exchange(move.timer, TimerId::none));
  move.stage = OutgoingStage::following;
  move.silent = Nanos{0};
  arm_move({host, uid}, move, kTick);
  changed(host);
  changed(move.target_host);
  return {};
}

Status Fleet::break_memory(const std::string& host, const std::string& uid) {
  HANSE_TRY(SimulatedMachine* const machine, need(host, uid));
  if (machine->state.memory == MemoryState::whole)
    return fail(Code::failed_precondition, "machine {} lacks no memory", uid);
  machine->state.memory = MemoryState::cut;
  changed(host);
  return {};
}

Status Fleet::break_outgoing(const std::string& host, const std::string& uid) {
  HANSE_TRY(SimulatedMachine* const machine, need(host, uid));
  const RunState state = machine->state.run_state;
  const bool waits =
      state == RunState::switch_point || state == RunState::handed_over || state == RunState::paused;
  if (!waits && state != RunState::running)
    return fail(Code::failed_precondition, "machine {} has ended during its move", uid);
  const bool follows = machine->outgoing && (machine->outgoing->stage == OutgoingStage::following ||
                                             machine->outgoing->stage == OutgoingStage::cut);
  if (follows) return fail(Code::unavailable, "the memory of machine {} follows it to its target", uid);
  if (machine->outgoing) scheduler_.cancel(machine->outgoing->timer);
  machine->outgoing.reset();
  if (waits) {
    begin_guest({host, uid}, *machine);
  } else {
    changed(host);
  }
  return {};
}

Status Fleet::cancel_outgoing(const std::string& host, const std::string& uid) {
  HANSE_TRY(SimulatedMachine* const machine, need(host, uid));
  machine->frozen.reset();
  // With a machine that has ended everything of the move has.
  const Status broken = break_outgoing(host, uid);
  if (broken || broken.error().code == Code::unavailable) return broken;
  machine->outgoing.reset();
  changed(host);
  return {};
}

void Fleet::break_stream(const std::string& host, const std::string& uid) {
  SimulatedMachine* machine = find_mutable(host, uid);
  if (machine == nullptr || !machine->outgoing || !machine->outgoing->relayed) return;
  if (machine->outgoing->stage == OutgoingStage::handed_over) return;
  fail_move({host, uid}, *machine->outgoing, Error{Code::unavailable, "the relayed stream broke"});
}

void Fleet::arm_move(const Place& place, Outgoing& move, Nanos delay) {
  move.timer = scheduler_.schedule(delay, [this, place] { move_tick(place); });
}

SimulatedMachine* Fleet::target_of(const Place& place, const Outgoing& move) {
  if (move.target_host == place.first) return nullptr;
  SimulatedMachine* target = find_mutable(move.target_host, place.second);
  if (target != nullptr && target->state.memory != MemoryState::whole) return target;
  return target != nullptr && target->state.run_state == RunState::incoming ? target : nullptr;
}

void Fleet::move_tick(const Place& place) {
  SimulatedMachine& machine = machines_.at(place);
  if (!machine.outgoing) return;
  Outgoing& move = *machine.outgoing;
  move.timer = TimerId::none;
  const bool open = move.relayed || (wire_.reaches(place.first, move.target_host) &&
                                     wire_.reaches(move.target_host, place.first));
  if (!open) {
    move.silent += kTick;
    if (move.silent >= kStreamTimeout)
      return fail_move(place, move, Error{Code::unavailable, "the target's host does not answer"});
    return arm_move(place, move, kTick);
  }
  move.silent = Nanos{0};
  SimulatedMachine* const target = target_of(place, move);
  if (target == nullptr)
    return fail_move(place, move, Error{Code::unavailable, "the incoming machine has gone"});
  if (move.stage == OutgoingStage::disks) copy_some_disk(place, move, machine, *target);
  if (move.stage == OutgoingStage::memory) copy_some_memory(place, move, machine);
  const bool loaded = target->loaded || target->state.memory != MemoryState::whole;
  if (move.stage == OutgoingStage::sending_state && !loaded) {
    load_target(place, move, machine, *target);
    const Nanos back = wire_.latency(move.target_host, place.first);
    return arm_move(place, move, std::max(back, Nanos{1}));
  }
  if (move.stage == OutgoingStage::sending_state) {
    // The target's answer has come back.
    const bool follows = move.kind == SwitchKind::post_copy;
    move.stage = follows ? OutgoingStage::following : OutgoingStage::handed_over;
    set_run_state(place, machine, RunState::handed_over);
    if (!follows) return;
  }
  if (move.stage == OutgoingStage::following) send_some_rest(place, move, machine, *target);
  if (move.stage == OutgoingStage::handed_over) return;
  arm_move(place, move, kTick);
}

void Fleet::copy_some_disk(const Place& place, Outgoing& move, const SimulatedMachine& machine,
                           SimulatedMachine& target) {
  CopyProgress& disk = move.disk;
  disk.rate = within(machine.limits, wire_.rate(place.first, move.target_host));
  const Bytes sent{std::min(carried(disk.rate, kTick), disk.remaining.value)};
  disk.sent += sent;
  disk.remaining = disk.remaining - sent;
  if (disk.remaining.value > 0) return;
  // What was frozen has come before, or is lost.
  for (const auto& [run, count] : machine.disk.writes) {
    const auto before = machine.frozen ? machine.frozen->writes.find(run) : machine.disk.writes.end();
    const bool known = machine.frozen && before != machine.frozen->writes.end() && before->second == count;
    if (!known) target.disk.writes[run] = count;
  }
  move.stage = OutgoingStage::mirrored;
  changed(place.first);
}

void Fleet::copy_some_memory(const Place& place, Outgoing& move, SimulatedMachine& machine) {
  CopyProgress& memory = move.memory;
  memory.rate = within(machine.limits, wire_.rate(place.first, move.target_host));
  const Bytes sent{std::min(carried(memory.rate, kTick), memory.remaining.value)};
  memory.sent += sent;
  const BytesPerSecond dirty_rate = draw_guest(options_.guests, place.second).dirty_rate;
  const std::int64_t dirtied = carried(dirty_rate, kTick) / move.throttle;
  memory.remaining = memory.remaining - sent + Bytes{dirtied};
  if (!machine.limits.paused) move.since_throttle += kTick;
  if (move.since_throttle >= kThrottleEvery) {
    move.throttle = std::min(kMaxThrottle, move.throttle * 2);
    move.since_throttle = Nanos{0};
  }
  const bool done = memory.remaining.value <= carried(memory.rate, planned_stop(machine.limits));
  const bool follows = !done && move.may_follow && move.since_throttle >= kFollowAfter;
  if (machine.limits.paused || (!done && !follows)) return;
  move.kind = follows ? SwitchKind::post_copy : SwitchKind::whole;
  move.stage = OutgoingStage::switch_point;
  halt_guest(machine);
  set_run_state(place, machine, RunState::switch_point);
}

void Fleet::send_some_rest(const Place& place, Outgoing& move, const SimulatedMachine& machine,
                           SimulatedMachine& target) {
  // The target has let go of the stream.
  if (target.state.memory == MemoryState::cut)
    return fail_move(place, move, Error{Code::unavailable, "the target's end of the stream is gone"});
  CopyProgress& memory = move.memory;
  model::TransferLimits limits = machine.limits;
  limits.paused = false;
  memory.rate = within(limits, wire_.rate(place.first, move.target_host));
  const Bytes sent{std::min(carried(memory.rate, kTick), memory.remaining.value)};
  memory.sent += sent;
  memory.remaining = memory.remaining - sent;
  if (memory.remaining.value > 0) return;
  target.state.memory = MemoryState::whole;
  move.stage = OutgoingStage::handed_over;
  changed(place.first);
  changed(move.target_host);
}

void Fleet::load_target(const Place& place, Outgoing& move, const SimulatedMachine& machine,
                        SimulatedMachine& target) {
  CopyProgress& memory = move.memory;
  if (move.kind == SwitchKind::post_copy) {
    target.state.memory = MemoryState::follows;
  } else {
    memory.sent += memory.remaining;
    memory.remaining = Bytes{0};
  }
  target.life = machine.life;
  target.let_go = false;
  target.guest_clock = machine.guest_clock;
  target.console = machine.console;
  target.console_end = machine.console_end;
  target.state.last_heartbeat = machine.state.last_heartbeat;
  target.loaded = true;
  changed(move.target_host);
  changed(place.first);
}

// A guest that runs goes on; one that is paused waits for cancel_outgoing, or for begin_again when its memory
// follows it.
void Fleet::fail_move(const Place& place, Outgoing& move, Error error) {
  scheduler_.cancel(std::exchange(move.timer, TimerId::none));
  const bool followed = move.stage == OutgoingStage::following || move.stage == OutgoingStage::cut;
  move.stage = followed ? OutgoingStage::cut : OutgoingStage::failed;
  move.silent = Nanos{0};
  move.error =
      Error{error.code, fmt::format("the move of machine {} broke: {}", place.second, error.message)};
  changed(place.first);
}

}  // namespace hanse::host::simulated
