#include "placement/score.h"

#include <algorithm>

namespace hanse::placement {

NormalisedScore::NormalisedScore(ZoneScore score, const std::vector<const ZoneCandidate*>& remaining)
    : score_(std::move(score)) {
  for (const ZoneCandidate* zone : remaining) {
    const std::optional<std::int64_t> quantity = score_.quantity(*zone);
    if (!quantity) continue;
    worst_ = best_ ? std::max(worst_, *quantity) : *quantity;
    best_ = best_ ? std::min(*best_, *quantity) : *quantity;
  }
}

std::int32_t NormalisedScore::value_of(const ZoneCandidate& zone) const {
  const std::optional<std::int64_t> quantity = score_.quantity(zone);
  if (!quantity || !best_) return 0;
  if (worst_ == *best_) return kBestScore;
  return static_cast<std::int32_t>(kBestScore * (worst_ - *quantity) / (worst_ - *best_));
}

}  // namespace hanse::placement
