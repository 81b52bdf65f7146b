#include "simulator/federation/moves.h"

#include <array>
#include <memory>
#include <optional>

#include "simulator/federation/host_node.h"
#include "simulator/federation/record_watch.h"
#include "simulator/federation/site.h"
#include "simulator/federation/user.h"
#include "simulator/federation/wait_watch.h"
#include "simulator/federation/zone_node.h"

namespace hanse::simulator {
namespace {

constexpr char kUserName[] = "user";
constexpr Nanos kMovesFaultsBegin = Seconds{12};  // by then the instance runs
constexpr Nanos kMovesFaultsEnd = Seconds{50};
// Of some: long enough for requests that come minutes late, and for cuts that outlast every wait for an
// answer.
constexpr Nanos kLongMovesFaultsEnd = Seconds{330};
constexpr std::uint32_t kLongMoves = 250'000;  // of a million
constexpr Nanos kBetweenActs = Seconds{3};
constexpr Nanos kBetweenActsOfLongRuns = Seconds{16};
constexpr std::uint64_t kMovesFaultSalt = 0x6d6f766573;
constexpr Nanos kMovesSettleLimit = Seconds{900};

std::unique_ptr<ProcessRoot> make_zone(ProcessContext context, const ZonePlace& place) {
  if (context.run == 1) prepare_zone_disk(context.disk, place, place.name == "zone-a");
  return std::make_unique<ZoneNode>(context, place, zone_config(place));
}

std::unique_ptr<ProcessRoot> make_host(ProcessContext context, const HostPlace& place) {
  if (context.run == 1) prepare_host_disk(context.disk);
  return std::make_unique<HostNode>(context, place);
}

struct MovesPlan {
  FaultOptions faults;
  Nanos between_acts = kBetweenActs;
};

// Each seed has kinds of faults, a pace and a length of its own: a mixture of everything every time would
// hide what needs much of one thing.
MovesPlan draw_plan(std::uint64_t seed) {
  SeededRandom random(seed ^ kMovesFaultSalt);
  constexpr std::array<Nanos, 3> kIntervals = {Millis{1500}, Seconds{3}, Seconds{6}};
  constexpr std::array<Nanos, 3> kLengths = {Seconds{3}, Seconds{10}, Seconds{40}};
  MovesPlan plan;
  FaultOptions& faults = plan.faults;
  faults = {.begin = kMovesFaultsBegin,
            .end = kMovesFaultsEnd,
            .mean_interval = kIntervals.at(random.below(kIntervals.size())),
            .longest = kLengths.at(random.below(kLengths.size()))};
  constexpr std::array<Nanos, 3> kLatest = {Seconds{2}, Seconds{10}, Seconds{40}};
  faults.latest_request = kLatest.at(random.below(kLatest.size()));
  if (random.chance(kLongMoves)) {
    constexpr std::int64_t kSlower = 5;
    constexpr std::array<Nanos, 3> kLongLengths = {Seconds{10}, Seconds{60}, Seconds{200}};
    faults.end = kLongMovesFaultsEnd;
    faults.mean_interval *= kSlower;
    faults.longest = kLongLengths.at(random.below(kLongLengths.size()));
    faults.latest_request = Seconds{240};
    plan.between_acts = kBetweenActsOfLongRuns;
  }
  FaultWeights& weights = faults.weights;
  weights.late_requests = 4;
  weights.dead_hypervisor = 4;
  constexpr std::uint32_t kLeftOut = 300'000;
  for (std::uint32_t* weight :
       {&weights.crash, &weights.crash_at_work, &weights.partition, &weights.one_way_partition,
        &weights.slow_link, &weights.lossy_link, &weights.reordering_link, &weights.full_disk,
        &weights.late_requests, &weights.dead_hypervisor}) {
    if (random.chance(kLeftOut)) *weight = 0;
  }
  return plan;
}

FederationOptions moves_options(const MoveOptions& options) {
  FederationOptions federation{.seed = options.seed,
                               .hosts_per_zone = 2,
                               .largest_wall_error = draw_largest_wall_error(options.seed),
                               .faults = draw_plan(options.seed).faults,
                               .settle_time = kMovesSettleLimit};
  if (!options.faults) federation.faults.begin = federation.faults.end;
  return federation;
}

// The run, with those who act in it and those who watch it.
class Moves {
 public:
  explicit Moves(const MoveOptions& options)
      : faults_end_(draw_plan(options.seed).faults.end),
        federation_(moves_options(options), make_zone, make_host),
        records_(federation_.world(), federation_.zone_names()),
        waits_(federation_.world(), federation_.zone_names()) {
    World& world = federation_.world();
    world.trace().set_printing(options.print_trace);
    world.add_invariant("records agree", [this] { return records_.check(); });
    world.add_invariant("runs by right", [this] { return records_.check_rights(federation_.fleet()); });
    world.add_invariant("a copy is whole", [this] { return records_.check_copies(federation_.fleet()); });
    world.add_invariant("who is waited for is named", [this] { return waits_.wrong(); });
    const Nanos between_acts = draw_plan(options.seed).between_acts;
    world.add_process({.name = kUserName},
                      [zones = federation_.zone_names(), between_acts](ProcessContext context) {
                        return std::make_unique<User>(context, zones, between_acts);
                      });
    for (Nanos when = kMovesFaultsBegin; when < faults_end_ + kMovesSettleLimit; when += WaitWatch::kTick)
      world.at(when, [this] { waits_.tick(); });
    world.at(kMovesFaultsBegin, [this] { deployed_ = user().deployed(); });
    world.at(faults_end_, [this] { user().wind_up(); });
  }

  MoveOutcome run() {
    MoveOutcome outcome{.run = federation_.run_until_settled([this] { return unsettled(); })};
    outcome.settled_after = outcome.run.virtual_time - faults_end_;
    outcome.completed = records_.count(model::TransferPhase::completed);
    outcome.within_zones = records_.count_within_zones();
    outcome.post_copies = records_.count_post_copies();
    outcome.cold = records_.count_cold();
    outcome.copies = records_.count_copies();
    outcome.named_waits = waits_.named();
    outcome.rolled_back = records_.count(model::TransferPhase::rolled_back);
    outcome.cancelled = records_.count(model::TransferPhase::cancelled);
    outcome.refused = records_.count(model::TransferPhase::refused);
    return outcome;
  }

 private:
  User& user() { return dynamic_cast<User&>(*federation_.world().process(kUserName).root()); }

  std::optional<std::string> unsettled() {
    if (!deployed_) return "the instance did not run before the faults began";
    if (auto wrong = check_transfers_ended(records_.transfers())) return wrong;
    if (!user().done()) return "the user still waits for the instance to be free and meant to run";
    const std::string& uid = user().uid();
    if (auto wrong = records_.check_owners(federation_.fleet(), uid)) return wrong;
    if (auto wrong = check_runs_once(federation_.fleet(), uid)) return wrong;
    return check_writes_kept(federation_.fleet(), uid);
  }

  Nanos faults_end_;
  Federation federation_;
  RecordWatch records_;
  WaitWatch waits_;
  bool deployed_ = false;
};

}  // namespace

MoveOutcome run_moves(const MoveOptions& options) {
  Moves moves(options);
  return moves.run();
}

std::string describe(const MoveOutcome& outcome) {
  const Outcome& run = outcome.run;
  const DeadHypervisors& dead = run.dead_hypervisors;
  const std::string counts = fmt::format(
      "{} faults, {} late requests, {} hypervisors died; {} moves completed ({} within a zone, {} "
      "post-copies, "
      "{} cold), {} copies made, {} rolled back, {} cancelled, {} refused; {} events",
      run.faults, run.late_requests, dead.running + dead.incoming + dead.paused,
      outcome.completed - outcome.copies, outcome.within_zones, outcome.post_copies, outcome.cold,
      outcome.copies, outcome.rolled_back, outcome.cancelled, outcome.refused, run.events);
  return describe(run, counts, outcome.settled_after);
}

Counts counts_of(const MoveOutcome& outcome) {
  const DeadHypervisors& dead = outcome.run.dead_hypervisors;
  return {{"moves completed", outcome.completed - outcome.copies},
          {"of these within a zone", outcome.within_zones},
          {"of these cold", outcome.cold},
          {"post-copies", outcome.post_copies},
          {"copies made", outcome.copies},
          {"moves rolled back", outcome.rolled_back},
          {"moves cancelled", outcome.cancelled},
          {"moves refused", outcome.refused},
          {"hypervisors died of guests that ran", dead.running},
          {"hypervisors died that waited for guests", dead.incoming},
          {"hypervisors died of guests that were handed over", dead.paused},
          {"waits for a peer that was named", outcome.named_waits},
          {"late requests", outcome.run.late_requests}};
}

}  // namespace hanse::simulator
