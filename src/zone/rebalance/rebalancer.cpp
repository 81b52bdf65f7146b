#include "zone/rebalance/rebalancer.h"

#include <algorithm>

#include "placement/packing/rebalance_planner.h"
#include "runtime/sleep.h"

namespace hanse::zone {

using placement::packing::Move;

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
  const double hourly = services_.config.rebalance->moves_per_hour_percent / 100;
  // What was moved just before this zone started is not known: the first waiting time comes first. It is cut
  // into periods, since what runs, and thereby the pace, changes meanwhile.
  MonotonicTime last = services_.runtime.clock.now();
  while (true) {
    co_await sleep_for(services_.runtime.scheduler, kRebalancePeriod);
    auto view = packing_view(services_.tables, services_.hosts);
    if (!view) {
      log_.warning("the hosts cannot be looked at: {}", view.error().message);
      continue;
    }
    const RebalancePace pace = rebalance_pace(view->running, hourly);
    const MonotonicTime now = services_.runtime.clock.now();
    if (pace.moves == 0 || now - last < pace.wait) continue;
    const std::vector<Wish> wishes = plan(std::move(*view), pace.moves);
    if (wishes.empty()) continue;
    last = now;
    for (const Wish& wish : wishes) co_await order(wish);
  }
}

std::vector<Rebalancer::Wish> Rebalancer::plan(PackingView view, std::size_t most) {
  const MonotonicTime now = services_.runtime.clock.now();
  std::erase_if(left_alone_, [now](const auto& entry) { return entry.second <= now; });
  const placement::packing::RebalancePlanner planner(placement::packing::best_fit());
  std::vector<Wish> wishes;
  for (PackingGroup& group : view.groups) {
    for (std::size_t i = 0; i < group.instances.size(); ++i) {
      if (left_alone_.contains(to_string(group.instance_ids[i]))) group.instances[i].movable = false;
    }
    const std::vector<Move> moves = planner.plan(group.hosts, group.instances, kMaxPlannedMoves);
    for (const Move& move : moves) {
      if (wishes.size() == most) return wishes;
      wishes.push_back(
          {group.instance_ids[move.instance], group.host_names[move.from], group.host_names[move.to]});
    }
  }
  return wishes;
}

Task<void> Rebalancer::order(Wish wish) {
  const std::string name = to_string(wish.instance);
  // Also when it succeeds: what has been moved is not moved again soon.
  left_alone_[name] = services_.runtime.clock.now() + kLeaveAlone;
  const auto begun = co_await services_.transfers.create(
      {.tenant = wish.instance.tenant, .workspace = wish.instance.workspace},
      {.instance = wish.instance.name, .host = wish.to});
  if (!begun) {
    log_.info("instance '{}' stays on host '{}': {}", name, wish.from, begun.error().message);
    co_return;
  }
  services_.events.add("instance", name, "Rebalanced",
                       fmt::format("moves from host '{}' to host '{}'", wish.from, wish.to));
}

}  // namespace hanse::zone
