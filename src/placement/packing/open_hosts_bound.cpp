#include "placement/packing/open_hosts_bound.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace hanse::placement::packing {
namespace {

struct BySize {
  bool operator()(Size one, Size other) const {
    return std::make_pair(one.memory, one.vcpu) < std::make_pair(other.memory, other.vcpu);
  }
};
using Counts = std::map<Size, std::int64_t, BySize>;

std::int64_t rounded_down(std::int64_t value, std::int64_t step) {
  return value / step * step;
}
std::int64_t rounded_up(std::int64_t value, std::int64_t step) {
  return rounded_down(value + step - 1, step);
}

bool fits_somewhere(Size size, const Counts& hosts) {
  return std::ranges::any_of(hosts, [size](const auto& kind) { return size.fits_into(kind.first); });
}

// Larger hosts of fewer kinds, by coarser and coarser steps.
Counts coarser_hosts(const Counts& hosts) {
  Counts kinds = hosts;
  for (std::int64_t step = 2; kinds.size() > kMaxHostKinds; step *= 2) {
    kinds.clear();
    for (const auto& [size, count] : hosts) {
      constexpr std::int64_t kMibPerVcpu = 1024;
      kinds[{{rounded_up(size.vcpu.value, step)}, {rounded_up(size.memory.value, step * kMibPerVcpu)}}] +=
          count;
    }
  }
  return kinds;
}

// Smaller instances, in steps that a host has few of. A step is a multiple of what their memory has in
// common.
Counts coarser_instances(const Counts& instances, const Counts& hosts) {
  std::int64_t common = 0;
  for (const auto& [size, count] : instances) common = std::gcd(common, size.memory.value);
  const std::int64_t most = hosts.rbegin()->first.memory.value;
  if (common == 0 || most / common <= kMemorySteps) return instances;
  const std::int64_t step = rounded_up(most / kMemorySteps, common);
  Counts smaller;
  for (const auto& [size, count] : instances)
    smaller[{size.vcpu, {rounded_down(size.memory.value, step)}}] += count;
  return smaller;
}

// What takes least in all is dropped first.
std::int64_t drop_small(Counts& instances, Size host) {
  if (instances.size() <= kMaxShapes) return 0;
  std::vector<std::pair<double, Size>> weights;
  for (const auto& [size, count] : instances) {
    const double share =
        std::max(static_cast<double>(size.vcpu.value) / static_cast<double>(host.vcpu.value),
                 static_cast<double>(size.memory.value) / static_cast<double>(host.memory.value));
    weights.emplace_back(share * static_cast<double>(count), size);
  }
  std::ranges::sort(weights, {}, [](const auto& weight) { return weight.first; });
  std::int64_t dropped = 0;
  for (std::size_t i = 0; instances.size() > kMaxShapes; ++i) {
    dropped += instances.at(weights[i].second);
    instances.erase(weights[i].second);
  }
  return dropped;
}

}  // namespace

OpenHostsBound bound_open_hosts(std::vector<HostKind> hosts, std::vector<Demand> demands,
                                std::int64_t max_work) {
  OpenHostsBound bound;
  Counts kinds;
  for (const HostKind& host : hosts) {
    if (host.size.vcpu.value > 0 && host.size.memory.value > 0) kinds[host.size] += host.count;
  }
  kinds = coarser_hosts(kinds);
  Counts instances;
  for (const Demand& demand : demands) {
    const bool counts =
        demand.size.vcpu.value > 0 && demand.size.memory.value > 0 && fits_somewhere(demand.size, kinds);
    (counts ? instances[demand.size] : bound.left_out) += demand.count;
  }
  if (instances.empty()) return bound;
  instances = coarser_instances(instances, kinds);
  bound.left_out += drop_small(instances, kinds.rbegin()->first);
  std::vector<HostKind> kind_list;
  for (const auto& [size, count] : kinds) kind_list.push_back({size, count});
  std::vector<Size> shapes;
  std::vector<std::int64_t> counts;
  for (const auto& [size, count] : instances) {
    shapes.push_back(size);
    counts.push_back(count);
  }
  bound.at_least =
      ConfigurationBound(std::move(kind_list), std::move(shapes), max_work).prove(counts).at_least;
  return bound;
}

}  // namespace hanse::placement::packing
