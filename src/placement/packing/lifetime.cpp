#include <array>
#include <utility>

#include "placement/packing/score.h"

namespace hanse::placement::packing {
namespace {

// A host empties when its last instance ends, so an instance that ends before that costs nothing. The later
// it ends the more it costs, by classes, because no forecast is better than that.
constexpr std::array<Seconds, 5> kClasses{std::chrono::hours(1), std::chrono::hours(4),
                                          std::chrono::hours(12), std::chrono::hours(24),
                                          std::chrono::hours(72)};

}  // namespace

Score with_lifetimes(Score score, double step) {
  return [score = std::move(score), step](const HostState& host, const InstanceState& instance) {
    const Seconds longer = instance.ends - host.ends;
    double steps = longer > Seconds{} ? 1 : 0;
    for (const Seconds bound : kClasses) steps += longer >= bound ? 1 : 0;
    return score(host, instance) + step * steps;
  };
}

}  // namespace hanse::placement::packing
