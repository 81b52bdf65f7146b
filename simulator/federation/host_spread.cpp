#include "simulator/federation/host_spread.h"

#include <fmt/format.h>
#include <utility>

#include "model/reservation.h"

namespace hanse::simulator {
namespace {

bool is_spread_by_host(const model::Instance& instance) {
  const auto mark = instance.annotations.find(model::kSpreadAnnotation);
  return mark != instance.annotations.end() && mark->second == "host";
}

// Of what runs there or may; a signpost holds nothing.
bool is_replica_at(const model::Instance& instance, const std::string& workload, const std::string& host) {
  const std::string& replica = instance.status.workload;
  return instance.status.host == host && instance.status.moved_to.empty() &&
         replica.substr(0, replica.find('#')) == workload;
}

}  // namespace

std::optional<std::string> HostSpread::look_at(const std::string& zone, const Instances& instances) {
  const auto before = std::exchange(hosts_[zone], {});
  std::optional<std::string> wrong;
  for (const auto& instance : instances) {
    const std::string& host = instance->status.host;
    hosts_[zone].emplace(instance->metadata.uid, host);
    const auto known = before.find(instance->metadata.uid);
    const bool same = known != before.end() && known->second == host;
    const std::string& replica = instance->status.workload;
    if (same || host.empty() || replica.empty() || !is_spread_by_host(*instance)) continue;
    ++judged_;
    const std::string workload = replica.substr(0, replica.find('#'));
    for (const auto& other : instances) {
      if (other->metadata.uid == instance->metadata.uid || !is_replica_at(*other, workload, host)) continue;
      wrong = fmt::format(
          "instances '{}' and '{}' of zone '{}' are on host '{}', and workload {} is spread by hosts",
          instance->metadata.name, other->metadata.name, zone, host, workload);
    }
  }
  return wrong;
}

}  // namespace hanse::simulator
