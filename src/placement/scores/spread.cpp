#include "placement/score.h"
#include "placement/text.h"

namespace hanse::placement {

ZoneScore spread_score(std::int32_t weight) {
  return {
      "spread", weight,
      [](const ZoneCandidate& zone) -> std::optional<std::int64_t> { return zone.replicas; },
      [](const ZoneCandidate& zone) -> std::string { return counted(zone.replicas, "replica") + " there"; }};
}

}  // namespace hanse::placement
