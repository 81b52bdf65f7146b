#include "placement/zone_index_totals.h"

#include <algorithm>
#include <array>

namespace hanse::placement {
namespace {

constexpr std::int32_t kBest = 1000;

// With ranges below this, kBest * part / range is at least 1 / range = 4.6e-10 short of the next whole number
// unless it is one; the product with 1 / range is off by less than 3e-13. The nudge lies between.
constexpr double kFastRange = 2'147'483'648.0;
constexpr double kNudge = 1e-10;

struct Range {
  double best = kUnknown;
  double worst = -kUnknown;

  void include(double quantity) {
    best = std::min(best, quantity);
    worst = std::max(worst, quantity == kUnknown ? -kUnknown : quantity);
  }
};

// Several side by side, since each minimum waits for the one before it.
Range range_of(const double* quantities, std::size_t count) {
  std::array<Range, 8> parts;
  std::size_t i = 0;
  for (; i + parts.size() <= count; i += parts.size()) {
    for (std::size_t part = 0; part < parts.size(); ++part) parts[part].include(quantities[i + part]);
  }
  for (; i < count; ++i) parts[0].include(quantities[i]);
  Range all;
  for (const Range& part : parts) {
    all.best = std::min(all.best, part.best);
    all.worst = std::max(all.worst, part.worst);
  }
  return all;
}

}  // namespace

void ZoneTotals::add(const std::vector<double>& quantities, std::int32_t weight) {
  const std::size_t count = totals_.size();
  const auto [best, worst] = range_of(quantities.data(), count);
  if (best == kUnknown) return;
  const double range = worst - best;
  if (range == 0 || range >= kFastRange) return add_exactly(quantities, best, worst, weight);
  const double scale = 1 / range;
  for (std::size_t i = 0; i < count; ++i) {
    // An unknown quantity is infinitely bad, which is 0.
    const double part = std::max(worst - quantities[i], 0.0);
    const auto value = static_cast<std::int32_t>(kBest * part * scale + kNudge);
    totals_[i] += static_cast<double>(value) * weight;
  }
}

void ZoneTotals::add_exactly(const std::vector<double>& quantities, double best, double worst,
                             double weight) {
  const auto range = static_cast<std::int64_t>(worst - best);
  for (std::size_t i = 0; i < totals_.size(); ++i) {
    if (quantities[i] == kUnknown) continue;
    const auto part = static_cast<std::int64_t>(worst - quantities[i]);
    totals_[i] += static_cast<double>(range == 0 ? kBest : kBest * part / range) * weight;
  }
}

}  // namespace hanse::placement
