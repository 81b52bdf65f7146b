#include <algorithm>
#include <fmt/format.h>

#include "placement/constraint.h"
#include "placement/text.h"

namespace hanse::placement {
namespace {

std::optional<Change> raise_carbon(GramsPerKwh ceiling, const ZoneCandidate& zone) {
  if (!zone.carbon) return std::nullopt;
  const GramsPerKwh carbon = *zone.carbon;
  // A ceiling of zero has no multiples; it counts as one gram.
  const auto base = static_cast<double>(std::max<std::int64_t>(ceiling.value, 1));
  return Change{
      .kind = Change::Kind::number,
      .relative = static_cast<double>((carbon - ceiling).value) / base,
      .text = fmt::format("the carbon ceiling is {} instead of {}", to_text(carbon), to_text(ceiling)),
      .apply = [carbon](model::PlacementPolicy& policy) { policy.max_grams_co2_per_kwh = carbon; }};
}

}  // namespace

ZoneConstraint zone_below_carbon(std::optional<GramsPerKwh> ceiling) {
  const auto check = [ceiling](const ZoneCandidate& zone) -> Rejection {
    if (!ceiling) return std::nullopt;
    if (!zone.carbon) {
      return fmt::format("its carbon intensity is not known and the ceiling is {}", to_text(*ceiling));
    }
    if (*zone.carbon <= *ceiling) return std::nullopt;
    return fmt::format("its electricity has {} ({}) and the ceiling is {}", to_text(*zone.carbon),
                       zone.carbon_source, to_text(*ceiling));
  };
  return {"carbon", check, [ceiling](const ZoneCandidate& zone) {
            return ceiling ? raise_carbon(*ceiling, zone) : std::nullopt;
          }};
}

}  // namespace hanse::placement
