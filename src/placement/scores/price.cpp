#include "placement/score.h"
#include "placement/text.h"

namespace hanse::placement {

ZoneScore price_score(std::int32_t weight) {
  return {"price", weight,
          [](const ZoneCandidate& zone) -> std::optional<std::int64_t> {
            if (!zone.price) return std::nullopt;
            return zone.price->value;
          },
          [](const ZoneCandidate& zone) -> std::string {
            return zone.price ? to_text(*zone.price, zone.price_source) : "it states no price";
          }};
}

}  // namespace hanse::placement
