#include <fmt/format.h>

#include "placement/score.h"

namespace hanse::placement {

// The zone with the least room is filled first, so that others keep room for what is large.
ZoneScore packing_score(std::int32_t weight) {
  return {"packing", weight,
          [](const ZoneCandidate& zone) -> std::optional<std::int64_t> { return zone.fits; },
          [](const ZoneCandidate& zone) -> std::string { return fmt::format("room for {}", zone.fits); }};
}

}  // namespace hanse::placement
