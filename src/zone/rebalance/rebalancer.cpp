#include "zone/rebalance/rebalancer.h"

#include <algorithm>
#include <optional>

#include "placement/packing/rebalance_planner.h"
#include "runtime/sleep.h"

namespace hanse::zone {

RebalancePace rebalance_pace(std::size_t running, double hourly) {
  const Seconds period = std::chrono::duration_cast<Seconds>(kRebalancePeriod);
  const std::size_t due = placement::packing::moves_due(running, period, hourly);
  if (due > 0) return {kRebalancePeriod, due};
  const double moves_an_hour = static_cast<double>(running) * hourly;
  constexpr double kLongestHours = 24 * 7;
  const double hours = moves_an_hour * kLongestHours < 1 ? kLongestHours : 1 / moves_an_hour;
  constexpr double kSecondsPerHour = 3600;
  const auto wait = Seconds(static_cast<std::int64_t>(hours * kSecondsPerHour) + 1);
  // In a zone where next to nothing runs, nothing is due.
  return {wait, moves_an_hour * kLongestHours < 1 ? 0U : 1U};
}

bool Rebalancer::wanted() const {
  return services_.config.rebalance && services_.config.rebalance->moves_per_hour_percent > 0;
}

Task<void> Rebalancer::run() {
  const std::optional<RebalanceConfig>& config = services_.config.rebalance;
  if (!config) co_return;
  const double hourly = config->moves_per_hour_percent / 100;
  // What was moved just before this zone started is not known: the first waiting time comes first. It is cut
  // into periods, since what runs, and thereby the pace, changes meanwhile.
  MonotonicTime last = services_.runtime.clock.now();
  while (true) {
    co_await sleep_for(services_.runtime.scheduler, kRebalancePeriod);
    Result<PackedFleet> fleet = co_await services_.packing.fleet();
    if (!fleet) {
      log_.warning("the hosts cannot be looked at: {}", fleet.error().message);
      continue;
    }
    const RebalancePace pace = rebalance_pace(fleet->running, hourly);
    const MonotonicTime now = services_.runtime.clock.now();
    if (pace.moves == 0 || now - last < pace.wait) continue;
    const std::vector<model::PackingMove> moves = co_await plan(std::move(*fleet), pace.moves);
    if (moves.empty()) continue;
    last = now;
    for (const model::PackingMove& move : moves) co_await order(move);
  }
}

Task<std::vector<model::PackingMove>> Rebalancer::plan(PackedFleet fleet, std::size_t most) {
  const MonotonicTime now = services_.runtime.clock.now();
  std::erase_if(left_alone_, [now](const auto& entry) { return entry.second <= now; });
  for (PackedFleet::Instance& instance : fleet.instances) {
    if (left_alone_.contains(to_string(instance.id))) instance.movable = false;
  }
  auto moves = co_await services_.packing.plan(std::move(fleet), kMaxPlannedMoves);
  if (moves.size() > most) moves.resize(most);
  co_return moves;
}

Task<void> Rebalancer::order(model::PackingMove move) {
  const std::string name = to_string(ResourceId{move.tenant, move.workspace, move.instance});
  // Also when it succeeds: what has been moved is not moved again soon.
  left_alone_[name] = services_.runtime.clock.now() + kLeaveAlone;
  // A guest is not shut down for the sake of order.
  model::TransferSpec spec{.instance = move.instance, .host = move.to, .mode = model::TransferMode::live};
  const auto begun = co_await services_.transfers.create({.tenant = move.tenant, .workspace = move.workspace},
                                                         std::move(spec));
  if (!begun) {
    log_.info("instance '{}' stays on host '{}': {}", name, move.from, begun.error().message);
    co_return;
  }
  services_.events.add("instance", name, "Rebalanced",
                       fmt::format("moves from host '{}' to host '{}'", move.from, move.to));
}

}  // namespace hanse::zone
