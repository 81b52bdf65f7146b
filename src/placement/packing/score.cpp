#include "placement/packing/score.h"

namespace hanse::placement::packing {

std::optional<std::size_t> best_open_host(const std::vector<HostState>& hosts, const InstanceState& instance,
                                          const Score& score) {
  std::optional<std::size_t> best;
  double lowest = kForbidden;
  for (std::size_t number = 0; number < hosts.size(); ++number) {
    const HostState& host = hosts[number];
    if (!host.is_open() || !instance.size.fits_into(host.free)) continue;
    const double value = score(host, instance);
    if (value >= lowest) continue;
    lowest = value;
    best = number;
  }
  return best;
}

}  // namespace hanse::placement::packing
