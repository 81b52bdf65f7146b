#include "bench/packing/fleet.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace hanse::bench {
namespace {

namespace packing = placement::packing;

// How often the lifetimes are learned anew; the price follows each step.
constexpr Seconds kCensus = std::chrono::minutes(30);
constexpr double kTrusted = 1;  // the truth comes before fit
constexpr std::size_t kStepsAnHour = std::chrono::hours(1) / kStep;

}  // namespace

Fleet::Fleet(const Trace& trace, Size host, Policy policy, Window window)
    : trace_(trace),
      host_(host),
      policy_(std::move(policy)),
      window_(window),
      life_table_(trace.shapes.size()),
      instances_(trace.instances.size()),
      host_of_(trace.instances.size()) {
  set_score();
}

void Fleet::set_score() {
  // Only the ratio of the two shares matters, and that is the same for any number of like hosts.
  score_ = policy_.shadow_price ? packing::least_worth_left(packing::shadow_price(used_, host_))
                                : packing::best_fit();
  if (policy_.lifetimes == Lifetimes::learned) score_ = packing::with_lifetimes(score_);
  if (policy_.lifetimes == Lifetimes::known) score_ = packing::with_lifetimes(score_, kTrusted);
}

Seconds Fleet::expected_end(std::size_t instance, Seconds now) const {
  const TraceInstance& it = trace_.instances[instance];
  if (policy_.lifetimes == Lifetimes::known) return std::min(it.ends, now + packing::LifeTable::kLongest);
  if (policy_.lifetimes == Lifetimes::ignored) return Seconds{};
  return now + life_table_.median_rest(it.shape, now - it.begins);
}

std::size_t Fleet::empty_host() {
  if (empty_hosts_.empty()) {
    hosts_.push_back({.capacity = host_, .free = host_});
    return hosts_.size() - 1;
  }
  const std::size_t number = empty_hosts_.back();
  empty_hosts_.pop_back();
  return number;
}

void Fleet::begin(std::size_t instance, Seconds now) {
  packing::InstanceState& state = instances_[instance];
  state = {.size = trace_.shapes[trace_.instances[instance].shape], .ends = expected_end(instance, now)};
  const auto open = packing::best_open_host(hosts_, state, score_);
  const std::size_t host = open ? *open : empty_host();
  hosts_[host].add(instance, state);
  host_of_[instance] = host;
  used_ = used_ + state.size;
  ++running_;
}

void Fleet::end(std::size_t instance, Seconds now) {
  const std::size_t host = host_of_[instance];
  hosts_[host].remove(instance, instances_[instance]);
  if (!hosts_[host].is_open()) empty_hosts_.push_back(host);
  used_ = used_ - instances_[instance].size;
  --running_;
  const TraceInstance& it = trace_.instances[instance];
  if (policy_.lifetimes == Lifetimes::learned) life_table_.count_end(it.shape, now - it.begins);
}

void Fleet::tick(Seconds now) {
  if (window_.looks_at(now))
    open_samples_.push_back(std::ranges::count_if(hosts_, &packing::HostState::is_open));
  set_score();
  if (policy_.lifetimes != Lifetimes::ignored && now % kCensus == Seconds{}) learn(now);
  if (policy_.hourly_moves > 0) rebalance(now);
}

void Fleet::learn(Seconds now) {
  if (policy_.lifetimes == Lifetimes::learned) {
    std::vector<packing::LifeTable::Running> running;
    for (const packing::HostState& host : hosts_) {
      for (const std::size_t instance : host.instances)
        running.push_back({trace_.instances[instance].shape, now - trace_.instances[instance].begins});
    }
    life_table_.take_census(running);
  }
  for (packing::HostState& host : hosts_) {
    host.ends = Seconds{};
    for (const std::size_t instance : host.instances) {
      instances_[instance].ends = expected_end(instance, now);
      host.ends = std::max(host.ends, instances_[instance].ends);
    }
  }
}

void Fleet::rebalance(Seconds now) {
  const std::size_t due = packing::moves_due(running_, kStep, policy_.hourly_moves);
  const auto moves = packing::RebalancePlanner(score_).plan(hosts_, instances_, due);
  for (const packing::Move& move : moves) {
    hosts_[move.from].remove(move.instance, instances_[move.instance]);
    hosts_[move.to].add(move.instance, instances_[move.instance]);
    host_of_[move.instance] = move.to;
    if (!hosts_[move.from].is_open()) empty_hosts_.push_back(move.from);
  }
  keep_count_of_moves(moves.size(), now);
}

void Fleet::keep_count_of_moves(std::size_t moved, Seconds now) {
  if (now < window_.from) return;
  moved_.push_back(moved);
  running_at_.push_back(running_);
}

double Fleet::moves_an_hour() const {
  if (moved_.empty()) return 0;
  const std::size_t moves = std::reduce(moved_.begin(), moved_.end());
  return static_cast<double>(moves) * kStepsAnHour / static_cast<double>(moved_.size());
}

double Fleet::moved_share_an_hour() const {
  if (moved_.empty()) return 0;
  const std::size_t running = std::reduce(running_at_.begin(), running_at_.end());
  return moves_an_hour() * static_cast<double>(running_at_.size()) / static_cast<double>(running);
}

double Fleet::most_moved_in_an_hour() const {
  double most = 0;
  for (std::size_t first = 0; first + kStepsAnHour <= moved_.size(); ++first) {
    const auto begin = moved_.begin() + static_cast<std::ptrdiff_t>(first);
    const std::size_t moves = std::reduce(begin, begin + kStepsAnHour);
    most = std::max(most, static_cast<double>(moves) / static_cast<double>(running_at_[first]));
  }
  return most;
}

}  // namespace hanse::bench
