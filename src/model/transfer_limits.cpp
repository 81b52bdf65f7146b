#include "model/transfer_limits.h"

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(TransferLimits)
HANSE_DEFINE_JSON(TransferLimitsChange)

TransferLimits apply(const TransferLimitsChange& change, TransferLimits limits) {
  if (change.paused) limits.paused = *change.paused;
  if (change.max_rate) limits.max_rate = change.max_rate;
  if (limits.max_rate && limits.max_rate->value == 0) limits.max_rate.reset();
  if (change.max_blackout_ms) limits.max_blackout_ms = change.max_blackout_ms;
  return limits;
}

Status check(const TransferLimits& limits, const std::string& at) {
  const auto& rate = limits.max_rate;
  if (rate && (*rate < kLeastRate || *rate > kHighestRate)) {
    return fail_field(at + "/maxRate", "must be from {} to {} bytes a second; leave it out for no limit",
                      kLeastRate.value, kHighestRate.value);
  }
  const auto& blackout = limits.max_blackout_ms;
  if (blackout && (*blackout < 1 || *blackout > kMaxBlackoutMs))
    return fail_field(at + "/maxBlackoutMs", "must be from 1 to {} milliseconds", kMaxBlackoutMs);
  return {};
}

}  // namespace hanse::model
