#include "placement/packing/rebalance_planner.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace hanse::placement::packing {
namespace {

// A plan gives up after so many attempts that failed: the hosts after those are fuller still.
constexpr std::size_t kMaxFailures = 200;

// The sizes for which no host has room, so that a plan does not ask for each such instance anew. Room only
// shrinks while a plan is made. One failure says nothing of the host that was being emptied; a second one, of
// another, does.
class NoRoom {
 public:
  void note(Size size) { (once(size) ? twice_ : once_).push_back(size); }
  bool knows(Size size) const {
    return std::ranges::any_of(twice_, [size](Size smaller) { return smaller.fits_into(size); });
  }

 private:
  bool once(Size size) const { return std::ranges::find(once_, size) != once_.end(); }

  std::vector<Size> once_;
  std::vector<Size> twice_;
};

// The hosts that could be emptied with so many moves, the cheapest first.
std::vector<std::size_t> sources(const std::vector<HostState>& hosts,
                                 const std::vector<InstanceState>& instances, std::size_t max_moves) {
  std::vector<std::size_t> found;
  for (std::size_t number = 0; number < hosts.size(); ++number) {
    const HostState& host = hosts[number];
    const auto movable = [&instances](std::size_t instance) { return instances[instance].movable; };
    if (host.is_open() && host.instances.size() <= max_moves && std::ranges::all_of(host.instances, movable))
      found.push_back(number);
  }
  std::ranges::sort(found, {}, [&hosts](std::size_t number) {
    const HostState& host = hosts[number];
    return std::make_tuple(host.instances.size(), -host.free.vcpu.value, -host.free.memory.value, number);
  });
  return found;
}

// The largest first: the small ones find room more easily.
std::vector<std::size_t> by_size(std::vector<std::size_t> numbers,
                                 const std::vector<InstanceState>& instances, Size capacity) {
  const auto share = [&](std::size_t number) {
    const Size size = instances[number].size;
    return static_cast<double>(size.vcpu.value) / static_cast<double>(capacity.vcpu.value) +
           static_cast<double>(size.memory.value) / static_cast<double>(capacity.memory.value);
  };
  std::ranges::sort(numbers, {},
                    [&share](std::size_t number) { return std::make_pair(-share(number), number); });
  return numbers;
}

// Where it is false for an instance, no score has forbidden anything.
bool any_has_room(const std::vector<HostState>& hosts, Size size) {
  return std::ranges::any_of(
      hosts, [size](const HostState& host) { return host.is_open() && size.fits_into(host.free); });
}

// Moves all that is on the host, or, when something finds no room, nothing.
std::vector<Move> empty_host(std::size_t from, std::vector<HostState>& hosts,
                             const std::vector<InstanceState>& instances, const Score& score,
                             NoRoom& no_room) {
  const HostState before = std::exchange(hosts[from], HostState{});  // not open: nothing comes back to it
  std::vector<Move> moves;
  std::vector<Seconds> ends;
  for (const std::size_t number : by_size(before.instances, instances, before.capacity)) {
    const auto to = best_open_host(hosts, instances[number], score);
    if (!to) {
      if (moves.empty() && !any_has_room(hosts, instances[number].size)) no_room.note(instances[number].size);
      break;
    }
    moves.push_back({.instance = number, .from = from, .to = *to});
    ends.push_back(hosts[*to].ends);
    hosts[*to].add(number, instances[number]);
  }
  if (moves.size() == before.instances.size()) return moves;
  for (; !moves.empty(); moves.pop_back(), ends.pop_back()) {
    const Move& move = moves.back();
    hosts[move.to].remove(move.instance, instances[move.instance]);
    hosts[move.to].ends = ends.back();
  }
  hosts[from] = before;
  return moves;
}

}  // namespace

std::size_t moves_due(std::size_t running, Seconds period, double hourly) {
  const double share = hourly * std::chrono::duration<double, std::ratio<3600>>(period).count();
  return static_cast<std::size_t>(static_cast<double>(running) * share);
}

std::vector<Move> RebalancePlanner::plan(std::vector<HostState> hosts,
                                         const std::vector<InstanceState>& instances,
                                         std::size_t max_moves) const {
  std::vector<Move> moves;
  std::vector<bool> received(hosts.size());
  NoRoom no_room;
  const auto is_stuck = [&](std::size_t instance) { return no_room.knows(instances[instance].size); };
  std::size_t failures = 0;
  for (const std::size_t from : sources(hosts, instances, max_moves)) {
    if (failures == kMaxFailures) break;
    if (received[from] || moves.size() + hosts[from].instances.size() > max_moves) continue;
    if (std::ranges::any_of(hosts[from].instances, is_stuck)) continue;
    const std::vector<Move> emptied = empty_host(from, hosts, instances, score_, no_room);
    failures += emptied.empty() ? 1 : 0;
    for (const Move& move : emptied) received[move.to] = true;
    moves.insert(moves.end(), emptied.begin(), emptied.end());
  }
  return moves;
}

}  // namespace hanse::placement::packing
