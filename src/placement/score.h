// A score: a name, a weight of the policy, and a quantity of which less is better. One score, one file. Pure.
//
// A quantity becomes 0 to 1000, higher is better, within the candidates that remain: the smallest gets 1000,
// the largest 0, and what lies between by proportion, rounded down. All equal: 1000 each. What a zone does
// not state: 0. Whole numbers only, so that every implementation decides alike.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "placement/candidate.h"

namespace hanse::placement {

inline constexpr std::int32_t kBestScore = 1000;

struct ZoneScore {
  std::string_view name;
  std::int32_t weight = 0;
  std::function<std::optional<std::int64_t>(const ZoneCandidate&)> quantity;
  std::function<std::string(const ZoneCandidate&)> text;
};

ZoneScore latency_score(std::int32_t weight, const std::vector<model::LatencyTarget>& targets,
                        const std::vector<ZoneCandidate>& zones);
ZoneScore price_score(std::int32_t weight);
ZoneScore carbon_score(std::int32_t weight);
ZoneScore packing_score(std::int32_t weight);
ZoneScore spread_score(std::int32_t weight);

// A score over the candidates that remain. Requires: they outlive it.
class NormalisedScore {
 public:
  NormalisedScore(ZoneScore score, const std::vector<const ZoneCandidate*>& remaining);

  const ZoneScore& score() const { return score_; }
  std::int32_t value_of(const ZoneCandidate& zone) const;

 private:
  ZoneScore score_;
  std::optional<std::int64_t> best_;
  std::int64_t worst_ = 0;
};

}  // namespace hanse::placement
