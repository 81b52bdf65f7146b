#include "simulator/federation/placement.h"

#include <array>
#include <memory>
#include <optional>

#include "simulator/federation/declarer.h"
#include "simulator/federation/digest_watch.h"
#include "simulator/federation/host_node.h"
#include "simulator/federation/record_watch.h"
#include "simulator/federation/site.h"
#include "simulator/federation/zone_node.h"

namespace hanse::simulator {
namespace {

constexpr char kDeclarer[] = "declarer";
constexpr std::uint64_t kFaultSalt = 0x706c616365;
constexpr Nanos kFaultsBegin = Seconds{20};
constexpr Nanos kFaultsEnd = Seconds{140};
// Of some: long enough for hosts and zones to be given up.
constexpr Nanos kLongFaultsEnd = Seconds{420};
constexpr Nanos kLongest = Seconds{300};
constexpr Nanos kLossLength = Seconds{190};
constexpr std::uint32_t kLongRuns = 300'000;  // of a million
constexpr Nanos kSettleLimit = Seconds{900};
constexpr Nanos kTick = Seconds{1};
constexpr Nanos kBetweenLies = Seconds{5};

// A cut outlasts a reservation in some seeds.
FaultOptions draw_placement_faults(std::uint64_t seed) {
  SeededRandom random(seed ^ kFaultSalt);
  constexpr std::array<Nanos, 3> kIntervals = {Seconds{2}, Seconds{4}, Seconds{8}};
  constexpr std::array<Nanos, 3> kLengths = {Seconds{5}, Seconds{20}, Seconds{90}};
  FaultOptions faults{.begin = kFaultsBegin,
                      .end = kFaultsEnd,
                      .mean_interval = kIntervals.at(random.below(kIntervals.size())),
                      .longest = kLengths.at(random.below(kLengths.size()))};
  if (random.chance(kLongRuns)) {
    faults.end = kLongFaultsEnd;
    faults.longest = kLongest;
    faults.mean_interval = Seconds{20};
  }
  constexpr std::array<Nanos, 3> kLatest = {Seconds{10}, Seconds{60}, Seconds{240}};
  faults.latest_request = kLatest.at(random.below(kLatest.size()));
  FaultWeights& weights = faults.weights;
  weights.late_requests = 4;
  constexpr std::uint32_t kLeftOut = 300'000;
  for (std::uint32_t* weight : {&weights.crash, &weights.crash_at_work, &weights.partition,
                                &weights.one_way_partition, &weights.slow_link, &weights.lossy_link,
                                &weights.reordering_link, &weights.full_disk, &weights.late_requests}) {
    if (random.chance(kLeftOut)) *weight = 0;
  }
  return faults;
}

FederationOptions draw_federation(const PlacementOptions& options) {
  SeededRandom random(scramble(options.seed));
  constexpr std::uint32_t kFiveZones = 200'000;
  constexpr std::uint32_t kTwoHosts = 500'000;
  FederationOptions federation{.seed = options.seed,
                               .zones = random.chance(kFiveZones) ? 5 : 3,
                               .hosts_per_zone = random.chance(kTwoHosts) ? 2 : 1,
                               .largest_wall_error = draw_largest_wall_error(options.seed),
                               .faults = draw_placement_faults(options.seed),
                               .settle_time = kSettleLimit};
  federation.fleet.write_interval = Seconds{5};
  if (!options.faults) federation.faults.begin = federation.faults.end;
  return federation;
}

// The run, with those who act in it and those who watch it.
class PlacementRun {
 public:
  explicit PlacementRun(const PlacementOptions& options)
      : faults_end_(draw_placement_faults(options.seed).end),
        federation_(
            draw_federation(options),
            [seed = options.seed](ProcessContext context, const ZonePlace& place) {
              const PlacementSite site = draw_site(seed, place);
              if (context.run == 1) prepare_zone_disk(context.disk, place, true, site.policy);
              return std::make_unique<ZoneNode>(context, place, site.config);
            },
            [](ProcessContext context, const HostPlace& place) {
              if (context.run == 1) prepare_host_disk(context.disk);
              return std::make_unique<HostNode>(context, place);
            }),
        sites_(sites(options.seed)),
        records_(federation_.world(), federation_.zone_names()),
        workloads_(federation_.world(), sites_),
        digests_(federation_.world(), sites_) {
    federation_.world().trace().set_printing(options.print_trace);
    add_invariants();
    const std::string full = options.seed % 2 == 0 ? federation_.zone_names().back() : "";
    federation_.world().add_process({.name = kDeclarer},
                                    [zones = federation_.zone_names(), full](ProcessContext context) {
                                      return std::make_unique<Declarer>(context, zones, full);
                                    });
    plan();
  }

  PlacementOutcome run() {
    PlacementOutcome outcome{.run = federation_.run_until_settled([this] { return unsettled(); })};
    outcome.settled_after = outcome.run.virtual_time - faults_end_;
    outcome.acknowledged = declarer().acknowledged();
    outcome.assigned_here = workloads_.assigned_here();
    outcome.assigned_elsewhere = workloads_.assigned_elsewhere();
    outcome.moved = workloads_.moved();
    outcome.spread_by_host = workloads_.spread_by_host();
    outcome.refused = workloads_.refused();
    return outcome;
  }

 private:
  void add_invariants() {
    World& world = federation_.world();
    world.add_invariant("records agree", [this] { return records_.check(); });
    world.add_invariant("runs by right", [this] { return records_.check_rights(federation_.fleet()); });
    world.add_invariant("the policy is kept", [this] { return workloads_.check_assignments(); });
    world.add_invariant("what is wanted is kept", [this] { return workloads_.check_kept(); });
    world.add_invariant("a replica runs once",
                        [this] { return workloads_.check_replicas(federation_.fleet()); });
    world.add_invariant("digests are true", [this] { return digests_.broken(); });
    world.add_invariant("what was acknowledged is there", [this]() -> std::optional<std::string> {
      Process& process = federation_.world().process(kDeclarer);
      if (process.root() == nullptr) return std::nullopt;
      return declarer().contradiction();
    });
  }

  void plan() {
    World& world = federation_.world();
    for (Nanos when = kTick; when < faults_end_ + kSettleLimit; when += kTick)
      world.at(when, [this] {
        digests_.tick();
        workloads_.count_refusals();
      });
    for (Nanos when = kFaultsBegin; when < faults_end_; when += kBetweenLies)
      world.at(when, [this] { digests_.misbehave(); });
    if (faults_end_ == kLongFaultsEnd) plan_losses();
    world.at(kFaultsBegin, [this] { begun_ = declarer().begun(); });
    world.at(faults_end_, [this] { declarer().wind_up(); });
  }

  // A host is cut from its zone, and later a zone from all others, for longer than any lease.
  void plan_losses() {
    World& world = federation_.world();
    const std::vector<ZonePlace>& zones = federation_.zones();
    const ZonePlace& first = zones.at(world.random().below(zones.size()));
    const ZonePlace& second = zones.at(world.random().below(zones.size()));
    cut_for(first.name, first.hosts.front(), Seconds{40}, Seconds{150});
    for (const std::string& peer : second.peers) cut_for(second.name, peer, Seconds{200}, kLossLength);
  }
  void cut_for(const std::string& a, const std::string& b, Nanos when, Nanos length) {
    World& world = federation_.world();
    world.at(when, [&world, a, b] { world.partition(a, b); });
    world.at(when + length, [&world, a, b] { world.heal(a, b); });
  }

  Sites sites(std::uint64_t seed) {
    Sites drawn;
    for (const ZonePlace& zone : federation_.zones()) drawn.emplace(zone.name, draw_site(seed, zone));
    return drawn;
  }
  Declarer& declarer() { return dynamic_cast<Declarer&>(*federation_.world().process(kDeclarer).root()); }

  std::optional<std::string> unsettled() {
    if (!begun_) return "nothing was declared before the faults began";
    if (!declarer().done()) return "the user still waits for an answer";
    if (auto wrong = check_declarations()) return wrong;
    if (auto wrong = check_transfers_ended(records_.transfers())) return wrong;
    if (auto wrong = workloads_.unsettled()) return wrong;
    return digests_.unsettled();
  }

  std::optional<std::string> check_declarations() {
    for (const Declarer::Name& name : declarer().names()) {
      auto* node = dynamic_cast<ZoneNode*>(federation_.world().process(name.home).root());
      zone::Zone* const home = node == nullptr ? nullptr : node->zone();
      if (home == nullptr) return name.home + " does not serve";
      const auto found =
          home->tables().workloads.get({.tenant = "default", .workspace = "default", .name = name.workload});
      if (auto wrong = declarer().check(name.home, name.workload, found ? found->get() : nullptr))
        return wrong;
    }
    return std::nullopt;
  }

  Nanos faults_end_;
  Federation federation_;
  Sites sites_;
  RecordWatch records_;
  WorkloadWatch workloads_;
  DigestWatch digests_;
  bool begun_ = false;
};

}  // namespace

PlacementOutcome run_placement(const PlacementOptions& options) {
  PlacementRun run(options);
  return run.run();
}

std::string describe(const PlacementOutcome& outcome) {
  const Outcome& run = outcome.run;
  const std::string counts = fmt::format(
      "{} faults, {} late requests; {} declarations, {} replicas assigned at home, {} elsewhere, {} moved, "
      "{} "
      "refused, {} spread by host; {} events",
      run.faults, run.late_requests, outcome.acknowledged, outcome.assigned_here, outcome.assigned_elsewhere,
      outcome.moved, outcome.refused, outcome.spread_by_host, run.events);
  return describe(run, counts, outcome.settled_after);
}

Counts counts_of(const PlacementOutcome& outcome) {
  return {{"replicas assigned at home", outcome.assigned_here},
          {"replicas assigned elsewhere", outcome.assigned_elsewhere},
          {"replicas moved by enforce: continuous", outcome.moved},
          {"replicas refused by the zone that was chosen", outcome.refused},
          {"replicas put on a host of their own", outcome.spread_by_host},
          {"late requests", outcome.run.late_requests}};
}

}  // namespace hanse::simulator
