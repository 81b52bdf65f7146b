#include "simulator/scenario.h"

#include <utility>

namespace hanse::simulator {

Nanos draw_largest_wall_error(std::uint64_t seed) {
  constexpr std::uint64_t kSalt = 0x636c6f636b73;
  constexpr std::uint32_t kFarApart = 250'000;  // of a million
  SeededRandom random(scramble(seed ^ kSalt));
  return random.chance(kFarApart) ? Nanos(Seconds{120}) : Nanos(Millis{500});
}

Federation::Federation(FederationOptions options, ZoneFactory zones, HostFactory hosts)
    : options_(std::move(options)), world_(options_.seed), hypervisor_(world_.core(), options_.fleet) {
  world_.links().set_default(options_.between);
  for (int i = 0; i < options_.zones; ++i) {
    const char letter = static_cast<char>('a' + i);
    ZonePlace zone{.name = fmt::format("zone-{}", letter)};
    for (int j = 0; j < options_.zones; ++j) {
      if (j != i) zone.peers.push_back(fmt::format("zone-{}", static_cast<char>('a' + j)));
    }
    for (int j = 1; j <= options_.hosts_per_zone; ++j)
      zone.hosts.push_back(fmt::format("host-{}{}", letter, j));
    add_links(zone);
    zones_.push_back(std::move(zone));
  }
  for (const ZonePlace& zone : zones_) {
    world_.add_process({.name = zone.name, .clock = draw_clock()},
                       [zones, zone](ProcessContext context) { return zones(context, zone); });
    for (const std::string& host : zone.hosts) {
      world_.add_process({.name = host, .clock = draw_clock()},
                         [hosts, host, name = zone.name, &fleet = fleet()](ProcessContext context) {
                           return hosts(context, HostPlace{host, name, fleet});
                         });
    }
  }
  add_machine_invariants(world_, fleet());
  // Not what the test adds later.
  if (options_.faults.victims.empty()) options_.faults.victims = world_.process_names();
  if (options_.faults.askers.empty()) options_.faults.askers = zone_names();
}

void Federation::add_links(const ZonePlace& zone) {
  for (const std::string& host : zone.hosts) {
    world_.links().set(zone.name, host, options_.inside);
    for (const std::string& other : zone.hosts) {
      if (host < other) world_.links().set(host, other, options_.inside);
    }
  }
}

ClockError Federation::draw_clock() {
  const std::int64_t drift = options_.largest_drift_ppm;
  const auto span = static_cast<std::uint64_t>(drift) * 2 + 1;
  return ClockError{
      .wall_offset = world_.random().between(-options_.largest_wall_error, options_.largest_wall_error),
      .drift_ppm = static_cast<std::int64_t>(world_.random().below(span)) - drift};
}

bool Federation::run_faults() {
  options_.faults.fleet = &fleet();
  faults_ = std::make_unique<Faults>(world_, options_.faults);
  faults_->start();
  return world_.run_until(options_.faults.end);
}

Outcome Federation::outcome() {
  return Outcome{.seed = options_.seed,
                 .digest = world_.digest(),
                 .events = world_.events_run(),
                 .faults = faults_->injected(),
                 .late_requests = world_.late_requests().delivered() + world_.late_requests().stalled(),
                 .dead_hypervisors = faults_->dead_hypervisors(),
                 .virtual_time = world_.now(),
                 .violation = world_.violation()};
}

std::vector<std::string> Federation::zone_names() const {
  std::vector<std::string> names;
  for (const ZonePlace& zone : zones_) names.push_back(zone.name);
  return names;
}

Outcome Federation::run(std::vector<std::pair<std::string, Invariant>> final_checks) {
  const bool held = run_faults() && world_.run_for(options_.settle_time);
  Outcome result = outcome();
  for (std::size_t i = 0; held && !result.violation && i < final_checks.size(); ++i) {
    if (auto wrong = final_checks[i].second())
      result.violation = Violation{final_checks[i].first, std::move(*wrong), world_.now()};
  }
  return result;
}

Outcome Federation::run_until_settled(const Invariant& unsettled) {
  constexpr Nanos kLook = Seconds{1};
  const Nanos limit = options_.faults.end + options_.settle_time;
  bool held = run_faults();
  Nanos settled_at = world_.now();
  std::optional<std::string> wrong;
  while (held && world_.now() - settled_at < kRest && world_.now() < limit) {
    held = world_.run_for(kLook);
    wrong = unsettled();
    if (world_.late_requests().pending() > 0) wrong = "some requests are still to come a second time";
    if (wrong) settled_at = world_.now();
  }
  Outcome result = outcome();
  if (!result.violation && wrong)
    result.violation = Violation{"comes to rest", std::move(*wrong), world_.now()};
  return result;
}

std::string describe(const Outcome& outcome, const std::string& counts, Nanos settled_after) {
  const std::string start = fmt::format("seed {}: digest {:016x}; {}", outcome.seed, outcome.digest, counts);
  if (!outcome.violation) {
    return fmt::format("{}; at rest {} s after the last fault", start,
                       std::chrono::duration_cast<Seconds>(settled_after).count());
  }
  const Violation& wrong = *outcome.violation;
  return fmt::format("{}; FAILED: '{}' at {:.3f} s: {}", start, wrong.invariant,
                     std::chrono::duration<double>(wrong.when).count(), wrong.message);
}

}  // namespace hanse::simulator
