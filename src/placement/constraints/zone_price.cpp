#include <algorithm>
#include <fmt/format.h>

#include "placement/constraint.h"
#include "placement/prices.h"
#include "placement/text.h"

namespace hanse::placement {
namespace {

std::optional<Change> raise_price(MicroEuroPerHour ceiling, const ZoneCandidate& zone) {
  if (!zone.price) return std::nullopt;
  const MicroEuroPerHour price = *zone.price;
  const auto base = static_cast<double>(std::max<std::int64_t>(ceiling.value, 1));
  return Change{
      .kind = Change::Kind::number,
      .relative = static_cast<double>((price - ceiling).value) / base,
      .text = fmt::format("the price ceiling is {} instead of {}", to_text(price), to_text(ceiling)),
      .apply = [price](model::PlacementPolicy& policy) { policy.max_euro_per_hour = to_euro(price); }};
}

}  // namespace

ZoneConstraint zone_below_price(std::optional<MicroEuroPerHour> ceiling) {
  const auto check = [ceiling](const ZoneCandidate& zone) -> Rejection {
    if (!ceiling) return std::nullopt;
    if (!zone.price) return fmt::format("it states no price and the ceiling is {}", to_text(*ceiling));
    if (*zone.price <= *ceiling) return std::nullopt;
    return fmt::format("it costs {} and the ceiling is {}", to_text(*zone.price, zone.price_source),
                       to_text(*ceiling));
  };
  return {"price", check, [ceiling](const ZoneCandidate& zone) {
            return ceiling ? raise_price(*ceiling, zone) : std::nullopt;
          }};
}

}  // namespace hanse::placement
