#include "host/drivers/simulated/fleet.h"

#include <algorithm>
#include <numeric>

namespace hanse::host::simulated {

bool DiskContent::holds(const DiskContent& other) const {
  return std::ranges::all_of(other.writes, [this](const auto& entry) {
    const auto mine = writes.find(entry.first);
    return entry.second == 0 || (mine != writes.end() && mine->second >= entry.second);
  });
}

std::uint64_t DiskContent::total() const {
  return std::accumulate(writes.begin(), writes.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& entry) { return sum + entry.second; });
}

bool is_executing(RunState state) {
  return state == RunState::starting || state == RunState::running || state == RunState::stopping;
}

bool has_hypervisor(RunState state) {
  return state != RunState::stopped && state != RunState::failed;
}

Fleet::Fleet(Scheduler& scheduler, Clock& clock, Random& random, Wire& wire, FleetOptions options)
    : scheduler_(scheduler), clock_(clock), random_(random), wire_(wire), options_(options) {}

Fleet::~Fleet() {
  for (auto& [place, machine] : machines_) stop_timers(machine);
  for (const auto& [place, timer] : ends_) scheduler_.cancel(timer);
}

void Fleet::set_observer(const std::string& host, std::function<void()> observer) {
  observers_[host] = std::move(observer);
}

const SimulatedMachine* Fleet::find(const std::string& host, const std::string& uid) const {
  const auto found = machines_.find({host, uid});
  return found == machines_.end() ? nullptr : &found->second;
}

SimulatedMachine* Fleet::find_mutable(const std::string& host, const std::string& uid) {
  const auto found = machines_.find({host, uid});
  return found == machines_.end() ? nullptr : &found->second;
}

Result<SimulatedMachine*> Fleet::need(const std::string& host, const std::string& uid) {
  SimulatedMachine* machine = find_mutable(host, uid);
  if (machine == nullptr) return fail(Code::not_found, "host '{}' has no machine {}", host, uid);
  return machine;
}

std::vector<MachineState> Fleet::states(const std::string& host) const {
  std::vector<MachineState> all;
  for (auto one = machines_.lower_bound({host, ""}); one != machines_.end() && one->first.first == host;
       ++one)
    all.push_back(one->second.state);
  return all;
}

void Fleet::changed(const std::string& host) {
  ++version_;
  const auto observer = observers_.find(host);
  if (observer != observers_.end() && observer->second) observer->second();
}

void Fleet::set_run_state(const Place& place, SimulatedMachine& machine, RunState state) {
  machine.state.run_state = state;
  if (state == RunState::failed) let_go(place.second, machine);
  changed(place.first);
}

void Fleet::stop_timers(SimulatedMachine& machine) {
  scheduler_.cancel(std::exchange(machine.life_timer, TimerId::none));
  scheduler_.cancel(std::exchange(machine.guest_timer, TimerId::none));
  if (machine.outgoing) scheduler_.cancel(std::exchange(machine.outgoing->timer, TimerId::none));
}

void Fleet::remove(const std::string& host, const std::string& uid) {
  const auto found = machines_.find({host, uid});
  if (found == machines_.end()) return;
  stop_timers(found->second);
  machines_.erase(found);
  changed(host);
}

void Fleet::write_console(const std::string& host, const std::string& uid, const std::string& text) {
  SimulatedMachine* machine = find_mutable(host, uid);
  if (machine == nullptr) return;
  machine->console += text;
  machine->console_end += text.size();
  if (machine->console.size() > kConsoleRing)
    machine->console.erase(0, machine->console.size() - kConsoleRing);
  changed(host);
}

void Fleet::keep_for(const std::string& host, const std::string& uid, Nanos time) {
  const Place place{host, uid};
  leased_.insert(uid);
  TimerId& timer = ends_.try_emplace(place, TimerId::none).first->second;
  scheduler_.cancel(timer);
  timer = scheduler_.schedule(time, [this, place] {
    ends_.erase(place);
    SimulatedMachine* const machine = find_mutable(place.first, place.second);
    if (machine == nullptr) return;
    cut_power(place.second, *machine);
    changed(place.first);
  });
}

void Fleet::cut_power(const std::string& uid, SimulatedMachine& machine) {
  stop_timers(machine);
  machine.outgoing.reset();
  machine.loaded = false;
  let_go(uid, machine);
  std::uint64_t& written = machine.disk.writes[machine.run];
  const std::uint64_t safe = acknowledged_[uid].writes[machine.run];
  if (written > safe) written = safe + random_below(random_, written - safe + 1);
  machine.state.run_state = RunState::stopped;
}

void Fleet::kill(const std::string& host, const std::string& uid) {
  SimulatedMachine* const machine = find_mutable(host, uid);
  if (machine == nullptr || !has_hypervisor(machine->state.run_state)) return;
  cut_power(uid, *machine);
  machine->state.memory = MemoryState::whole;
  machine->state.error = "the hypervisor ended by itself";
  set_run_state({host, uid}, *machine, RunState::failed);
}

void Fleet::begin_life(SimulatedMachine& machine) {
  machine.life = machine.run;
  machine.let_go = false;
  lives_[machine.spec.uid] = GuestLife{.id = machine.life};
}

void Fleet::let_go(const std::string& uid, SimulatedMachine& machine) {
  machine.let_go = true;
  const auto life = lives_.find(uid);
  if (life != lives_.end() && life->second.id == machine.life) life->second.let_go = true;
}

// Where it was stopped or died, or when there is no copy of its memory any more and that was so somewhere.
bool Fleet::may_boot(const std::string& uid, const SimulatedMachine& machine) const {
  const auto life = lives_.find(uid);
  if (life == lives_.end() || machine.let_go) return true;
  const bool held = std::ranges::any_of(machines_, [&](const auto& entry) {
    const SimulatedMachine& other = entry.second;
    return entry.first.second == uid && other.life == life->second.id && !other.let_go;
  });
  return !held && life->second.let_go;
}

void Fleet::damage_disk(const std::string& host, const std::string& uid) {
  SimulatedMachine* machine = find_mutable(host, uid);
  if (machine == nullptr) return;
  for (auto& [run, count] : machine->disk.writes) count /= 2;
  changed(host);
}

}  // namespace hanse::host::simulated
