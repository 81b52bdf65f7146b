#include "migration/fair_share.h"

#include <algorithm>

#include "model/transfer_limits.h"

namespace hanse::migration {
namespace {

// Of an equal part: what is unfair, and for how many seconds it must be to count.
constexpr double kMuch = 1.2;
constexpr double kLittle = 0.8;
constexpr int kUnfairFor = 3;
// The least slack lets a link that became faster show it.
constexpr double kLeastSlack = 1.1;
constexpr double kMore = 1.04;
constexpr double kSlackUp = 1.25;
constexpr double kSlackDown = 0.95;
// A slower stream needs some round trips to take what another leaves.
constexpr double kTaken = 0.85;
constexpr int kIdleFor = 3;
// A link that became slower is noticed within so much a second.
constexpr double kForget = 0.97;
constexpr std::int64_t kLongestRest = 300;

// It gets what it asked for.
bool is_content(const LinkUse& use) {
  constexpr double kNearly = 0.8;
  return use.limit && static_cast<double>(use.rate.value) >= kNearly * static_cast<double>(use.limit->value);
}

}  // namespace

std::optional<BytesPerSecond> FairShare::next(const std::vector<LinkUse>& moves) {
  double count = 0;
  double total = 0;
  double most = 0;
  double least = static_cast<double>(model::kHighestRate.value);
  for (const LinkUse& use : moves) {
    if (is_content(use)) continue;
    const double rate = static_cast<double>(use.rate.value);
    ++count;
    total += rate;
    most = std::max(most, rate);
    least = std::min(least, rate);
  }
  if (count < 2) {
    slack_ = 0;
    unfair_ = 0;
    return std::nullopt;
  }
  if (left_alone_ > 0) {
    --left_alone_;
    return std::nullopt;
  }
  if (slack_ > 0) {
    adjust(total, count);
  } else {
    watch(most, least, total, total / count);
  }
  if (slack_ == 0) return std::nullopt;
  const BytesPerSecond ceiling{static_cast<std::int64_t>(slack_ * capacity_ / count)};
  return std::max(ceiling, model::kLeastRate);
}

void FairShare::watch(double most, double least, double total, double fair) {
  const bool unfair = most > kMuch * fair && least < kLittle * fair;
  unfair_ = unfair ? unfair_ + 1 : 0;
  if (unfair_ < kUnfairFor) return;
  slack_ = kLeastSlack;
  capacity_ = total;
  idle_ = 0;
}

void FairShare::adjust(double total, double count) {
  const bool faster = total > kMore * capacity_;
  capacity_ = std::max(total, capacity_ * kForget);
  if (faster) {
    slack_ = std::min(count, slack_ * kSlackUp);
    return;
  }
  idle_ = total < kTaken * capacity_ ? idle_ + 1 : 0;
  if (idle_ < kIdleFor) {
    if (idle_ == 0) slack_ = std::max(kLeastSlack, slack_ * kSlackDown);
    return;
  }
  slack_ = slack_ * kSlackUp;
  if (slack_ >= count) leave_alone();
}

void FairShare::leave_alone() {
  slack_ = 0;
  unfair_ = 0;
  left_alone_ = next_rest_;
  next_rest_ = std::min(2 * next_rest_, kLongestRest);
}

}  // namespace hanse::migration
