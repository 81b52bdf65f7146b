// Packing scores: how little a host is wanted for an instance that fits into it; the lowest is chosen. One
// score, one file. Pure. All are in shares of a host, so that they can be added.
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "placement/packing/host_state.h"

namespace hanse::placement::packing {

using Score = std::function<double(const HostState&, const InstanceState&)>;

// What a score says of a host that may not take the instance, whatever its room.
inline constexpr double kForbidden = std::numeric_limits<double>::infinity();

// The least memory left, then the least vCPU: the rule of choose_host.
Score best_fit();

// What a host's vCPUs and its memory are worth, all together 1.
struct ShadowPrice {
  double vcpu = 0.5;
  double memory = 0.5;
};

// The price by how much of each is in use in the fleet: the scarce one's is near 1. Requires: some capacity.
ShadowPrice shadow_price(Size used, Size capacity);

// The least worth left, at these prices.
Score least_worth_left(ShadowPrice price);

// The score, and a step for each class of time by which the instance would keep the host longer in use. As a
// share of a host the step says how far forecasts are trusted: at kHint they decide between hosts that fit
// alike.
inline constexpr double kHint = 0.01;
Score with_lifetimes(Score score, double step = kHint);

// The open host with the lowest score that has room, the first of equals; none when an empty one is needed.
std::optional<std::size_t> best_open_host(const std::vector<HostState>& hosts, const InstanceState& instance,
                                          const Score& score);

}  // namespace hanse::placement::packing
