#include <fmt/format.h>

#include "placement/score.h"
#include "placement/text.h"

namespace hanse::placement {

ZoneScore carbon_score(std::int32_t weight) {
  return {"carbon", weight,
          [](const ZoneCandidate& zone) -> std::optional<std::int64_t> {
            if (!zone.carbon) return std::nullopt;
            return zone.carbon->value;
          },
          [](const ZoneCandidate& zone) -> std::string {
            if (!zone.carbon) return "its carbon intensity is not known";
            return fmt::format("{} ({})", to_text(*zone.carbon), zone.carbon_source);
          }};
}

}  // namespace hanse::placement
