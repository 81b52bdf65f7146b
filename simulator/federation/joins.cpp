#include "simulator/federation/joins.h"

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "simulator/federation/operators.h"
#include "simulator/federation/site.h"
#include "simulator/federation/zone_node.h"

namespace hanse::simulator {
namespace {

constexpr char kOperators[] = "operators";
constexpr Nanos kJoinsFaultsBegin = Seconds{5};
constexpr Nanos kJoinsFaultsEnd = Seconds{60};
// Of some: long enough for requests that come minutes late.
constexpr Nanos kLongJoinsFaultsEnd = Seconds{330};
constexpr std::uint32_t kLongJoins = 250'000;  // of a million
constexpr std::uint64_t kJoinsFaultSalt = 0x6a6f696e73;
constexpr Nanos kJoinsSettleLimit = Seconds{900};

// All zones of a Federation, strangers to each other.
std::unique_ptr<ProcessRoot> make_stranger(ProcessContext context, ZonePlace place) {
  place.peers.clear();
  if (context.run == 1) prepare_zone_disk(context.disk, place, false);
  return std::make_unique<ZoneNode>(context, place, zone_config(place));
}

FaultOptions draw_joins_faults(std::uint64_t seed) {
  SeededRandom random(seed ^ kJoinsFaultSalt);
  FaultOptions faults{.begin = kJoinsFaultsBegin,
                      .end = kJoinsFaultsEnd,
                      .mean_interval = Seconds{3},
                      .longest = Seconds{10},
                      .latest_request = Seconds{40}};
  if (random.chance(kLongJoins)) {
    faults.end = kLongJoinsFaultsEnd;
    faults.mean_interval = Seconds{10};
    faults.longest = Seconds{60};
    faults.latest_request = Seconds{240};
  }
  faults.weights.full_disk = 0;
  faults.weights.late_requests = 4;
  return faults;
}

FederationOptions joins_options(const JoinOptions& options) {
  FederationOptions federation{.seed = options.seed,
                               .hosts_per_zone = 0,
                               .largest_wall_error = draw_largest_wall_error(options.seed),
                               .faults = draw_joins_faults(options.seed),
                               .settle_time = kJoinsSettleLimit};
  if (!options.faults) federation.faults.begin = federation.faults.end;
  return federation;
}

class Joins {
 public:
  explicit Joins(const JoinOptions& options) : federation_(joins_options(options), make_stranger, nullptr) {
    World& world = federation_.world();
    world.trace().set_printing(options.print_trace);
    world.add_process({.name = kOperators}, [zones = federation_.zone_names()](ProcessContext context) {
      return std::make_unique<Operators>(context, zones);
    });
    world.add_invariant("an invitation joins one zone", [this] { return check_invitations(); });
    world.at(draw_joins_faults(options.seed).end, [this] { operators().wind_up(); });
  }

  JoinOutcome run() {
    JoinOutcome outcome{.run = federation_.run_until_settled([this] { return unsettled(); })};
    outcome.joined = operators().joined();
    outcome.left = operators().left();
    outcome.passed_on = operators().passed_on();
    return outcome;
  }

 private:
  Operators& operators() { return dynamic_cast<Operators&>(*federation_.world().process(kOperators).root()); }
  zone::Zone* zone(const std::string& name) {
    auto* node = dynamic_cast<ZoneNode*>(federation_.world().process(name).root());
    return node == nullptr ? nullptr : node->zone();
  }

  // No two peers of a zone are so by the same secret.
  std::optional<std::string> check_invitations() {
    for (const std::string& name : federation_.zone_names()) {
      zone::Zone* const here = zone(name);
      if (here == nullptr ||
          std::exchange(checked_[name], here->peers().version()) == here->peers().version())
        continue;
      std::map<std::string, std::string> users;  // by membership
      for (const federation::PeerRecord& peer : here->membership().list()) {
        if (peer.state != federation::PeerState::active || peer.membership.empty()) continue;
        const auto [first, fresh] = users.emplace(peer.membership, peer.name);
        if (!fresh)
          return fmt::format("zones '{}' and '{}' are peers of '{}' by the same invitation", first->second,
                             peer.name, name);
      }
    }
    return std::nullopt;
  }

  // Both have pinned each other, or neither has; and who is trusted is who has been pinned.
  std::optional<std::string> unsettled() {
    for (const std::string& one : federation_.zone_names()) {
      zone::Zone* here = zone(one);
      if (here == nullptr) return one + " does not serve";
      for (const std::string& other : federation_.zone_names()) {
        if (one == other) continue;
        zone::Zone* there = zone(other);
        if (there == nullptr) return other + " does not serve";
        const auto record = here->membership().get(other);
        if (!record || record->state != federation::PeerState::active)
          return fmt::format("'{}' has not joined '{}'", one, other);
        const federation::Peer* pinned = here->peers().find(other);
        if (pinned == nullptr || pinned->identity_key != there->identity().identity_key() ||
            pinned->ca_fingerprints != std::vector<std::string>{there->identity().ca_fingerprint()})
          return fmt::format("'{}' has pinned something else than '{}'", one, other);
      }
    }
    return operators().done() ? std::nullopt : std::optional<std::string>("the operators are not content");
  }

  Federation federation_;
  std::map<std::string, std::uint64_t> checked_;  // versions of the peers, by zone
};

}  // namespace

JoinOutcome run_joins(const JoinOptions& options) {
  Joins joins(options);
  return joins.run();
}

std::string describe(const JoinOutcome& outcome) {
  const Outcome& run = outcome.run;
  std::string text = fmt::format(
      "seed {}: digest {:016x}; {} faults, {} late requests; {} joined, {} left; {} events", run.seed,
      run.digest, run.faults, run.late_requests, outcome.joined, outcome.left, run.events);
  if (run.violation)
    text += fmt::format("; FAILED: '{}': {}", run.violation->invariant, run.violation->message);
  return text;
}

Counts counts_of(const JoinOutcome& outcome) {
  return {{"zones joined", static_cast<std::uint64_t>(outcome.joined)},
          {"zones left", static_cast<std::uint64_t>(outcome.left)},
          {"invitations passed on", static_cast<std::uint64_t>(outcome.passed_on)},
          {"late requests", outcome.run.late_requests}};
}

}  // namespace hanse::simulator
