#include "model/zone_resources.h"

#include "base/json_mapping.h"
#include "model/transfer_limits.h"

namespace hanse::model {

HANSE_DEFINE_JSON(EmptySpec)
HANSE_DEFINE_JSON(Workspace)
HANSE_DEFINE_JSON(Inventory)
HANSE_DEFINE_JSON(DrainSpec)
HANSE_DEFINE_JSON(HostSpec)
HANSE_DEFINE_JSON(StayingInstance)
HANSE_DEFINE_JSON(DrainStatus)
HANSE_DEFINE_JSON(HostStatus)
HANSE_DEFINE_JSON(Host)
HANSE_DEFINE_JSON(Event)

// Names and labels are checked for every resource; there is no more to say wrongly in this one.
Status check(const Workspace&) {
  return {};
}

Status check(const Host& host) {
  if (!host.spec.drain) return {};
  const std::int32_t moves = host.spec.drain->concurrent_moves;
  if (moves < 1 || moves > kMaxConcurrentMoves)
    return fail_field("/spec/drain/concurrentMoves", "write a number from 1 to {}", kMaxConcurrentMoves);
  const std::vector<std::string>& zones = host.spec.drain->zones;
  if (zones.size() > kMaxDrainZones)
    return fail_field("/spec/drain/zones", "name at most {} zones", kMaxDrainZones);
  for (std::size_t i = 0; i < zones.size(); ++i)
    HANSE_CHECK(check_name(zones[i], fmt::format("/spec/drain/zones/{}", i)));
  HANSE_CHECK(check(TransferLimits{.max_rate = host.spec.drain->max_rate}, "/spec/drain"));
  HANSE_CHECK(check(host.spec.drain->streams, "/spec/drain/streams"));
  if (host.spec.schedulable)
    return fail_field("/spec/schedulable",
                      "a host that drains takes nothing new; write false beside /spec/drain");
  return {};
}

}  // namespace hanse::model
