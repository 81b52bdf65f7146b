// The life of a simulated machine on one host: boot, run, stop; and its guest, which writes and acknowledges.
#include <algorithm>

#include "host/drivers/simulated/fleet.h"

namespace hanse::host::simulated {
namespace {

constexpr std::uint64_t kMillion = 1'000'000;

}  // namespace

Status Fleet::boot(const std::string& host, model::MachineSpec spec, Epoch epoch) {
  const Place place{host, spec.uid};
  SimulatedMachine& machine = machines_[place];
  const RunState before = machine.state.run_state;
  if (is_executing(before) && machine.state.epoch == epoch) return {};
  if (before != RunState::stopped && before != RunState::failed && before != RunState::paused) {
    return fail(Code::failed_precondition, "machine {} cannot be started in epoch {}: it is here in epoch {}",
                spec.uid, epoch.value, machine.state.epoch.value);
  }
  if (!may_boot(spec.uid, machine))
    booted_anew_ = fmt::format("machine {} is booted on '{}', and its guest lives", spec.uid, host);
  stop_timers(machine);
  machine.outgoing.reset();
  machine.frozen.reset();
  machine.state = MachineState{.uid = spec.uid, .epoch = epoch, .run_state = RunState::starting};
  machine.state.forwards = spec.forwards;
  for (model::PortForward& forward : machine.state.forwards) {
    constexpr std::int32_t kFirstPort = 30'000;
    forward.address = host;
    if (forward.host_port == 0)
      forward.host_port = kFirstPort + static_cast<std::int32_t>(random_below(random_, 10'000));
  }
  machine.spec = std::move(spec);
  machine.run = ++last_run_;
  begin_life(machine);
  machine.guest_clock = Nanos{0};
  const auto span =
      static_cast<std::uint64_t>((options_.boot_time_high - options_.boot_time_low).count()) + 1;
  const Nanos time = options_.boot_time_low + Nanos(static_cast<std::int64_t>(random_below(random_, span)));
  machine.life_timer = scheduler_.schedule(time, [this, place] { finish_boot(place); });
  changed(host);
  return {};
}

void Fleet::finish_boot(const Place& place) {
  SimulatedMachine& machine = machines_.at(place);
  machine.life_timer = TimerId::none;
  if (random_below(random_, kMillion) < options_.boot_failures_per_million) {
    machine.state.error = "the guest did not boot";
    return set_run_state(place, machine, RunState::failed);
  }
  write_console(place.first, place.second, fmt::format("{} booted\n", machine.spec.name));
  begin_guest(place, machine);
}

Status Fleet::shut_down(const std::string& host, const std::string& uid, Nanos grace) {
  HANSE_TRY(SimulatedMachine* const machine, need(host, uid));
  const Place place{host, uid};
  if (machine->state.run_state == RunState::stopped || machine->state.run_state == RunState::stopping)
    return {};
  const bool executing = is_executing(machine->state.run_state);
  stop_timers(*machine);
  let_go(uid, *machine);
  machine->outgoing.reset();
  machine->loaded = false;
  machine->state.memory = MemoryState::whole;
  if (!executing) {
    set_run_state(place, *machine, RunState::stopped);
    return {};
  }
  const Nanos time = std::min(grace, options_.shutdown_time);
  machine->life_timer = scheduler_.schedule(time, [this, place] { finish_stop(place); });
  set_run_state(place, *machine, RunState::stopping);
  return {};
}

void Fleet::finish_stop(const Place& place) {
  SimulatedMachine& machine = machines_.at(place);
  machine.life_timer = TimerId::none;
  machine.state.stopped_at = clock_.wall_now();
  set_run_state(place, machine, RunState::stopped);
}

void Fleet::begin_guest(const Place& place, SimulatedMachine& machine) {
  machine.state.resumed_at = clock_.wall_now();
  machine.state.first_heartbeat_after_resume.reset();
  arm_guest(place, machine);
  arm_crash(place, machine);
  set_run_state(place, machine, RunState::running);
}

// Guests that write look at each step whether it is their last; for the others there is a timer.
void Fleet::arm_crash(const Place& place, SimulatedMachine& machine) {
  if (options_.write_interval != Nanos{0} || options_.mean_time_to_failure == Nanos{0}) return;
  scheduler_.cancel(machine.life_timer);
  const Nanos time = draw_exponential(random_, options_.mean_time_to_failure);
  machine.life_timer = scheduler_.schedule(time, [this, place] {
    SimulatedMachine& failing = machines_.at(place);
    failing.life_timer = TimerId::none;
    if (failing.state.run_state != RunState::running) return;
    failing.state.error = "the guest crashed";
    set_run_state(place, failing, RunState::failed);
  });
}

void Fleet::halt_guest(SimulatedMachine& machine) {
  scheduler_.cancel(std::exchange(machine.guest_timer, TimerId::none));
  machine.state.stopped_at = clock_.wall_now();
}

void Fleet::arm_guest(const Place& place, SimulatedMachine& machine) {
  if (options_.write_interval == Nanos{0}) return;
  machine.guest_timer = scheduler_.schedule(options_.write_interval, [this, place] { guest_step(place); });
}

void Fleet::guest_step(const Place& place) {
  SimulatedMachine& machine = machines_.at(place);
  machine.guest_timer = TimerId::none;
  const Nanos life = options_.mean_time_to_failure;
  if (life > Nanos{0} && random_below(random_, static_cast<std::uint64_t>(life.count())) <
                             static_cast<std::uint64_t>(options_.write_interval.count())) {
    machine.state.error = "the guest crashed";
    return set_run_state(place, machine, RunState::failed);
  }
  machine.guest_clock += options_.write_interval;
  beat(machine);
  write_block(machine);
  arm_guest(place, machine);
}

// Each step acknowledges the write of the step before, so that there always is one that may be lost. While
// the disk is mirrored, a write is on both sides before it is acknowledged.
void Fleet::write_block(SimulatedMachine& machine) {
  std::uint64_t& written = machine.disk.writes[machine.run];
  SimulatedMachine* mirror = nullptr;
  if (machine.outgoing && machine.outgoing->stage != OutgoingStage::disks &&
      machine.outgoing->stage != OutgoingStage::failed) {
    mirror = find_mutable(machine.outgoing->target_host, machine.spec.uid);
    // The guest waits for its disk until the stream works again or the move fails.
    if (machine.outgoing->silent > Nanos{0}) return;
  }
  std::uint64_t& acknowledged = acknowledged_[machine.spec.uid].writes[machine.run];
  acknowledged = std::max(acknowledged, written);
  ++written;
  if (mirror != nullptr && mirror->state.run_state == RunState::incoming)
    mirror->disk.writes[machine.run] = written;
  ++version_;
}

void Fleet::beat(SimulatedMachine& machine) {
  const MachineState::Heartbeat heartbeat{.guest = machine.guest_clock, .wall = clock_.wall_now()};
  machine.state.last_heartbeat = heartbeat;
  if (!machine.state.first_heartbeat_after_resume) machine.state.first_heartbeat_after_resume = heartbeat;
}

}  // namespace hanse::host::simulated
