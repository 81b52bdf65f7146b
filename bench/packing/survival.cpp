#include "bench/packing/survival.h"

#include <algorithm>

namespace hanse::bench {

void Survival::count(std::int64_t from_steps, std::int64_t to_steps, bool censored, std::int64_t instances) {
  Bin& bin = bins_[from_steps];
  bin.to_steps = std::max(bin.to_steps, to_steps);
  (censored ? bin.censored : bin.ended) += static_cast<double>(instances);
}

std::optional<std::int64_t> Survival::draw(std::int64_t from_steps, std::int64_t age_steps,
                                           Random& random) const {
  const auto first = bins_.find(from_steps);
  double at_risk = 0;
  for (auto bin = first; bin != bins_.end(); ++bin) at_risk += bin->second.ended + bin->second.censored;
  for (auto bin = first; bin != bins_.end(); ++bin) {
    const auto& [to_steps, ended, censored] = bin->second;
    double hazard = ended / std::max(1.0, at_risk - censored / 2);
    if (bin == first) hazard /= 2;  // on average half of this bin has passed already
    if (random.share() < hazard)
      return random.between(std::min(to_steps, std::max(bin->first, age_steps)), to_steps);
    at_risk -= ended + censored;
  }
  return std::nullopt;
}

}  // namespace hanse::bench
