#include "simulator/faults.h"

#include <algorithm>
#include <array>

namespace hanse::simulator {
namespace {

constexpr std::uint64_t kScheduleSalt = 0x6661756c7473;
constexpr std::uint32_t kSilentCrashPerMillion = 400'000;
constexpr std::uint64_t kLongestCountdown = 12;  // pieces of work
constexpr Nanos kSlowLatency = Millis{300};
constexpr Nanos kSlowJitter = Millis{400};
constexpr std::uint32_t kLossyPerMillion = 200'000;
constexpr std::uint32_t kReorderingPerMillion = 300'000;
constexpr Nanos kShortestLateness = Seconds{10};
constexpr Nanos kReorderDelay = Millis{800};

}  // namespace

Faults::Faults(World& world, FaultOptions options)
    : world_(world), options_(std::move(options)), random_(world.core().seed ^ kScheduleSalt) {
  if (options_.victims.empty()) options_.victims = world_.process_names();
  if (options_.askers.size() < 2) options_.weights.late_requests = 0;
  if (options_.fleet == nullptr) options_.weights.dead_hypervisor = 0;
  if (options_.weights.late_requests > 0) world_.late_requests().enable();
}

void Faults::start() {
  Nanos when = options_.begin;
  while (true) {
    when += random_.between(Millis{1}, options_.mean_interval * 2);
    if (when >= options_.end) break;
    plan_one(when);
  }
  world_.at(options_.end, [this] { quieten(); });
}

void Faults::at(Nanos when, std::function<void()> action) {
  world_.at(when, [this, action = std::move(action)] {
    if (!over_) action();
  });
}

Faults::Kind Faults::draw_kind() {
  const FaultWeights& weights = options_.weights;
  const std::array parts = {
      weights.crash,         weights.crash_at_work,  weights.partition,       weights.one_way_partition,
      weights.slow_link,     weights.lossy_link,     weights.reordering_link, weights.full_disk,
      weights.late_requests, weights.dead_hypervisor};
  std::uint64_t all = 0;
  for (const std::uint32_t part : parts) all += part;
  std::uint64_t draw = random_.below(std::max<std::uint64_t>(all, 1));
  for (std::size_t kind = 0; kind < parts.size(); ++kind) {
    if (draw < parts.at(kind)) return static_cast<Kind>(kind);
    draw -= parts.at(kind);
  }
  return Kind::partition;
}

std::pair<std::string, std::string> Faults::draw_pair(const std::vector<std::string>& names) {
  const std::size_t a = random_.below(names.size());
  const std::size_t b = (a + 1 + random_.below(std::max<std::size_t>(names.size() - 1, 1))) % names.size();
  return {names[a], names[b]};
}

void Faults::plan_one(Nanos when) {
  const Nanos until = when + random_.between(Millis{50}, options_.longest);
  const Kind kind = draw_kind();
  if (kind == Kind::crash || kind == Kind::crash_at_work)
    return plan_crash(when, until, kind == Kind::crash_at_work);
  if (kind == Kind::full_disk) return plan_full_disk(when, until);
  if (kind == Kind::late_requests) return plan_late_requests(when, until);
  if (kind == Kind::dead_hypervisor) return plan_dead_hypervisor(when, until);
  plan_link(when, until, kind);
}

void Faults::plan_crash(Nanos when, Nanos until, bool at_work) {
  const std::string victim = options_.victims[random_.below(options_.victims.size())];
  const bool silently = random_.chance(kSilentCrashPerMillion);
  CrashAtWork crash{.silently = silently};
  if (at_work) {
    crash.moment = random_.chance(500'000) ? WorkMoment::before : WorkMoment::after;
    crash.countdown = static_cast<int>(1 + random_.below(kLongestCountdown));
  }
  at(when, [this, victim, crash, at_work] {
    ++injected_;
    if (at_work) return world_.process(victim).set_crash_at_work(crash);
    world_.crash(victim, crash.silently);
  });
  at(until, [this, victim] {
    world_.process(victim).set_crash_at_work(std::nullopt);
    world_.restart(victim);
  });
}

// Half of them at once, and half when a zone or an agent has come to some durable step.
void Faults::plan_dead_hypervisor(Nanos when, Nanos until) {
  const std::uint64_t choice = random_.next();
  if (random_.chance(500'000)) return at(when, [this, choice] { kill_one(choice); });
  const std::string worker = options_.victims[random_.below(options_.victims.size())];
  CrashAtWork strike{.moment = random_.chance(500'000) ? WorkMoment::before : WorkMoment::after,
                     .countdown = static_cast<int>(1 + random_.below(kLongestCountdown)),
                     .instead = [this, choice] { kill_one(choice); }};
  at(when, [this, worker, strike] { world_.process(worker).set_crash_at_work(strike); });
  at(until, [this, worker] { world_.process(worker).set_crash_at_work(std::nullopt); });
}

void Faults::kill_one(std::uint64_t choice) {
  if (over_) return;
  std::vector<host::simulated::Fleet::Place> living;
  std::vector<host::simulated::Fleet::Place> waiting;  // for a guest, or with one that was handed over
  for (const auto& [place, machine] : options_.fleet->machines()) {
    const host::RunState state = machine.state.run_state;
    if (!host::simulated::has_hypervisor(state)) continue;
    living.push_back(place);
    if (!host::simulated::is_executing(state)) waiting.push_back(place);
  }
  // They are so for short: when there are any, it is mostly one of them.
  constexpr std::uint64_t kOneOf = 4;
  if (!waiting.empty() && choice / waiting.size() % kOneOf != 0) living = std::move(waiting);
  if (living.empty()) return;
  const auto& [host, uid] = living[choice % living.size()];
  const host::RunState state = options_.fleet->find(host, uid)->state.run_state;
  const bool waits = state == host::RunState::switch_point || state == host::RunState::handed_over;
  ++(state == host::RunState::incoming ? dead_.incoming : waits ? dead_.paused : dead_.running);
  ++injected_;
  world_.core().note(host, fmt::format("loses the hypervisor of machine {}", uid));
  options_.fleet->kill(host, uid);
}

void Faults::plan_full_disk(Nanos when, Nanos until) {
  const std::string victim = options_.victims[random_.below(options_.victims.size())];
  at(when, [this, victim] {
    ++injected_;
    world_.core().note(victim, "its disk is full");
    world_.process(victim).disk().set_full(true);
  });
  at(until, [this, victim] { world_.process(victim).disk().set_full(false); });
}

void Faults::plan_link(Nanos when, Nanos until, Kind kind) {
  const std::pair<std::string, std::string> ends = draw_pair(options_.victims);
  at(when, [this, a = ends.first, b = ends.second, kind] {
    ++injected_;
    if (kind == Kind::partition) return world_.partition(a, b);
    if (kind == Kind::one_way_partition) {
      world_.core().note("world", fmt::format("cuts the way from {} to {}", a, b));
      return world_.links().cut_one_way(a, b);
    }
    LinkSettings link = world_.links().settings(a, b);
    if (kind == Kind::slow_link) {
      link.latency = kSlowLatency;
      link.jitter = kSlowJitter;
    }
    if (kind == Kind::lossy_link) link.loss_per_million = kLossyPerMillion;
    if (kind == Kind::reordering_link) {
      link.reorder_per_million = kReorderingPerMillion;
      link.reorder_delay = kReorderDelay;
    }
    world_.core().note("world", fmt::format("spoils the link between {} and {}", a, b));
    world_.links().spoil(a, b, link);
  });
  at(until, [this, a = ends.first, b = ends.second] {
    world_.links().restore(a, b);
    world_.heal(a, b);
  });
}

// Long enough for what the two have to say to each other now and then.
void Faults::plan_late_requests(Nanos when, Nanos until) {
  until = std::max(until, when + kShortestLateness);
  const std::pair<std::string, std::string> ends = draw_pair(options_.askers);
  at(when, [this, a = ends.first, b = ends.second] {
    ++injected_;
    world_.core().note("world", fmt::format("lets requests between {} and {} come twice", a, b));
    world_.late_requests().start(a, b, options_.latest_request);
  });
  at(until, [this, a = ends.first, b = ends.second] { world_.late_requests().stop(a, b); });
}

void Faults::quieten() {
  if (std::exchange(over_, true)) return;
  world_.core().note("world", "is quiet from now on");
  world_.late_requests().quieten();
  const auto& names = options_.victims;
  for (const std::string& name : names) {
    world_.process(name).set_crash_at_work(std::nullopt);
    world_.restart(name);
    world_.process(name).disk().set_full(false);
    for (const std::string& other : names) {
      if (name >= other) continue;
      world_.links().restore(name, other);
      world_.heal(name, other);
    }
  }
}

}  // namespace hanse::simulator
