#include "zone/packing/packed_fleet.h"

#include <algorithm>
#include <map>
#include <set>

#include "placement/packing/open_hosts_bound.h"
#include "placement/packing/rebalance_planner.h"

namespace hanse::zone {
namespace {

namespace packing = placement::packing;

constexpr std::int64_t kDefaultShare = 100;  // one in so many instances

// Hosts of equal capabilities that take part, by their numbers in the fleet.
struct Pool {
  std::vector<std::size_t> hosts;
  std::vector<std::size_t> instances;
};

std::map<std::size_t, Pool> pools_of(const PackedFleet& fleet) {
  std::map<std::size_t, Pool> pools;
  for (std::size_t host = 0; host < fleet.hosts.size(); ++host) {
    if (fleet.hosts[host].takes_part) pools[fleet.hosts[host].capabilities].hosts.push_back(host);
  }
  for (std::size_t instance = 0; instance < fleet.instances.size(); ++instance) {
    const PackedFleet::Host& host = fleet.hosts[fleet.instances[instance].host];
    if (host.takes_part && !fleet.instances[instance].leaving)
      pools[host.capabilities].instances.push_back(instance);
  }
  return pools;
}

std::vector<packing::Move> plan_pool(const PackedFleet& fleet, const Pool& pool, std::size_t budget) {
  std::map<std::size_t, std::size_t> numbers;  // in the pool, by the fleet's
  std::vector<packing::HostState> hosts;
  packing::Size capacity;
  packing::Size used;
  for (const std::size_t host : pool.hosts) {
    numbers.emplace(host, hosts.size());
    hosts.push_back({.capacity = fleet.hosts[host].capacity, .free = fleet.hosts[host].free});
    capacity = capacity + hosts.back().capacity;
    used = used + (hosts.back().capacity - hosts.back().free);
  }
  if (capacity.vcpu.value <= 0 || capacity.memory.value <= 0) return {};
  std::vector<packing::InstanceState> instances;
  for (const std::size_t instance : pool.instances) {
    hosts[numbers.at(fleet.instances[instance].host)].instances.push_back(instances.size());
    instances.push_back(
        {.size = fleet.instances[instance].size, .movable = fleet.instances[instance].movable});
  }
  const packing::RebalancePlanner planner(packing::least_worth_left(packing::shadow_price(used, capacity)));
  return planner.plan(std::move(hosts), instances, budget);
}

std::int64_t prove(const PackedFleet& fleet, std::int64_t max_work, std::int64_t& left_out) {
  struct Kin {
    std::vector<packing::HostKind> hosts;
    std::vector<packing::Demand> demands;
  };
  std::map<std::string, Kin> kin;  // by architecture
  for (const PackedFleet::Host& host : fleet.hosts)
    kin[host.architecture].hosts.push_back({host.capacity, 1});
  for (const PackedFleet::Instance& instance : fleet.instances)
    kin[fleet.hosts[instance.host].architecture].demands.push_back({instance.size, 1});
  std::int64_t at_least = 0;
  for (auto& [architecture, one] : kin) {
    const packing::OpenHostsBound bound = packing::bound_open_hosts(
        std::move(one.hosts), std::move(one.demands), max_work / static_cast<std::int64_t>(kin.size()));
    at_least += bound.at_least;
    left_out += bound.left_out;
  }
  return at_least;
}

}  // namespace

std::int64_t default_budget(const PackedFleet& fleet) {
  const auto count = static_cast<std::int64_t>(fleet.instances.size());
  return std::clamp<std::int64_t>(count / kDefaultShare, 1, model::kMaxPackingMoves);
}

std::vector<model::PackingMove> plan_moves(const PackedFleet& fleet, std::int64_t budget) {
  std::vector<model::PackingMove> moves;
  for (const auto& [capabilities, pool] : pools_of(fleet)) {
    const std::size_t left = static_cast<std::size_t>(budget) - moves.size();
    for (const packing::Move& move : plan_pool(fleet, pool, left)) {
      const PackedFleet::Instance& instance = fleet.instances[pool.instances[move.instance]];
      moves.push_back({.tenant = instance.id.tenant,
                       .workspace = instance.id.workspace,
                       .instance = instance.id.name,
                       .from = fleet.hosts[pool.hosts[move.from]].name,
                       .to = fleet.hosts[pool.hosts[move.to]].name});
    }
  }
  return moves;
}

model::PackingReport report_on(const PackedFleet& fleet, std::int64_t budget, std::int64_t max_work) {
  std::set<std::size_t> open;
  for (const PackedFleet::Instance& instance : fleet.instances) open.insert(instance.host);
  model::PackingReport report{.hosts = static_cast<std::int64_t>(fleet.hosts.size()),
                              .open_hosts = static_cast<std::int64_t>(open.size()),
                              .instances = static_cast<std::int64_t>(fleet.instances.size()),
                              .budget = budget};
  report.at_least = prove(fleet, max_work, report.left_out);
  if (report.at_least > 0)
    report.ratio = static_cast<double>(report.open_hosts) / static_cast<double>(report.at_least);
  report.moves = plan_moves(fleet, budget);
  // A host that is a source is emptied, and nothing comes to it.
  std::set<std::string> emptied;
  for (const model::PackingMove& move : report.moves) emptied.insert(move.from);
  report.open_after = report.open_hosts - static_cast<std::int64_t>(emptied.size());
  return report;
}

}  // namespace hanse::zone
