#include "migration/forecast.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace hanse::migration {
namespace {

using model::FigureRange;
using model::TransferMode;

// Two sides of a normal distribution hold nine tenths.
constexpr double kNineTenths = 1.64;
// An offered chunk names its place and its digest.
constexpr double kOfferBytes = 36;
constexpr int kMostRounds = 60;
// QEMU's auto-converge: it begins with 20 % and takes 10 % more each round, to 99 %.
constexpr double kThrottleBegin = 0.2;
constexpr double kThrottleStep = 0.1;
constexpr double kThrottleMost = 0.99;
// A round that leaves more than this of what it began with does not get on.
constexpr double kNoProgress = 0.9;
constexpr double kMillisPerSecond = 1000;
// Round trips of the hand-over, and of what comes before anything is sent.
constexpr double kSwitchTrips = 3;
constexpr double kPrepareTrips = 8;

// Best, as measured, worst.
enum class View { low, likely, high };
constexpr std::array<View, 3> kViews{View::low, View::likely, View::high};

struct Triple {
  double low = 0;
  double likely = 0;
  double high = 0;
  double at(View view) const { return view == View::low ? low : view == View::likely ? likely : high; }
};

// Of how memory compresses nothing is known before it is sent.
constexpr Triple kCompressedMemory{0.1, 0.35, 1.0};
// Pages that were touched and are of zeroes again are not sent.
constexpr Triple kSentOfResident{0.65, 0.82, 1.02};
// What snapshots share with the disks, with each other and with the target is not sent; how much that is
// nobody knows before.
constexpr Triple kSentOfSnapshots{0, 0.5, 1};
constexpr Triple kDirtyError{0.5, 1.0, 2.0};
// A guest comes back to the pages that it has dirtied, so that those of a longer round are fewer than the
// rate says, by this power of its seconds; at worst they are all others.
constexpr Triple kDirtyPower{0.6, 0.7, 1.0};
constexpr Triple kWriteError{0.3, 1.0, 3.0};
// Without a move before this one: starting a hypervisor, and stopping and resuming a guest.
constexpr Triple kOtherMs{80, 300, 2000};
constexpr Triple kSwitchMs{25, 70, 300};
// A guest that is shut down to move warm.
constexpr Triple kShutdownMs{300, 4000, 60000};

struct Reckoning {
  double bytes = 0;
  double total_ms = 0;
  double blackout_ms = 0;
  bool converges = true;
};

// As the driver has it: in the third it is known that memory does not converge.
constexpr int kRoundsBeforePostCopy = 2;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Triple spread_of(const std::vector<double>& past, const Triple& unknown) {
  if (past.empty()) return unknown;
  const auto [least, most] = std::minmax_element(past.begin(), past.end());
  return {*least * 0.75, median(past), *most * 1.4};
}

// The share of the disks' chunks that the target lacks.
Triple missing_share(const MoveFacts& facts) {
  const auto count = static_cast<double>(facts.machine.samples.size());
  if (count == 0) return {};
  const double missing = 1 - static_cast<double>(facts.samples_there) / count;
  const double chunks = static_cast<double>(facts.machine.disk_bytes.value) / model::kSampleSize.value;
  if (chunks <= count) return {missing, missing, missing};
  const double error = kNineTenths * std::sqrt(missing * (1 - missing) / count) + 1 / count;
  return {std::max(0.0, missing - error), missing, std::min(1.0, missing + error)};
}

// What content is when it is sent, as a share of it, by a sample.
Triple sent_share(double chunks, double content, double sent) {
  if (chunks == 0) return {0.05, 0.4, 1.0};
  const double share = sent / content;
  const double error = 1 / std::sqrt(chunks);
  return {share * std::max(0.0, 1 - error), share, std::min(1.0, share * (1 + error))};
}

// Of the disks' chunks that the target lacks.
Triple stored_share(const MoveFacts& facts) {
  const auto count = static_cast<double>(facts.machine.samples.size() - facts.samples_there);
  return sent_share(count, count * model::kSampleSize.value,
                    static_cast<double>(facts.samples_missing_sent.value));
}

// What other images of the target have of it is not sent either; how much that is nobody knows before.
Triple image_share(const MoveFacts& facts) {
  const ImageSample& sample = facts.image_sample;
  Triple share = sent_share(static_cast<double>(sample.chunks), static_cast<double>(sample.content.value),
                            static_cast<double>(sample.sent.value));
  if (sample.all) share.low = share.high = share.likely;
  return share;
}

double rate_of(const MoveFacts& facts, View view) {
  // The best time goes with the highest rate.
  const BytesPerSecond link = view == View::low      ? facts.link.high
                              : view == View::likely ? facts.link.likely
                                                     : facts.link.low;
  double rate = static_cast<double>(std::max<std::int64_t>(link.value, 1));
  if (facts.limits.max_rate) rate = std::min(rate, static_cast<double>(facts.limits.max_rate->value));
  return rate;
}

double round_trip_ms(const MoveFacts& facts) {
  return std::chrono::duration<double, std::milli>(facts.link.round_trip).count();
}

double seed_bytes(const MoveFacts& facts, View view) {
  const auto own = static_cast<double>(facts.machine.disk_bytes.value);
  const double offers = own / model::kSampleSize.value * kOfferBytes;
  return own * missing_share(facts).at(view) * stored_share(facts).at(view) + offers;
}

// Memory in rounds, see the header.
void add_rounds(const MoveFacts& facts, View view, double rate, Reckoning& sum) {
  const double compressed =
      facts.streams.compression == model::Compression::zstd ? kCompressedMemory.at(view) : 1.0;
  const double memory =
      static_cast<double>(facts.machine.memory_bytes.value) * kSentOfResident.at(view) * compressed;
  const double allowed_s =
      static_cast<double>(facts.limits.max_blackout_ms.value_or(model::kDefaultBlackoutMs)) /
      kMillisPerSecond;
  const double dirty =
      static_cast<double>(facts.machine.dirty_rate.value) * kDirtyError.at(view) * compressed;
  double throttle = 0;
  double rest = memory;
  double seconds = 0;
  const int most = facts.streams.post_copy ? kRoundsBeforePostCopy : kMostRounds;
  for (int round = 0; round < most && rest / rate > allowed_s; ++round) {
    sum.bytes += rest;
    seconds += rest / rate;
    const double round_s = rest / rate;
    const double busy_s = round_s > 1 ? std::pow(round_s, kDirtyPower.at(view)) : round_s;
    const double next = std::min(memory, dirty * (1 - throttle) * busy_s);
    if (next > rest * kNoProgress) {
      sum.converges = false;
      throttle = throttle == 0 ? kThrottleBegin : std::min(kThrottleMost, throttle + kThrottleStep);
    }
    rest = next;
  }
  sum.bytes += rest;
  const bool follows = facts.streams.post_copy && rest / rate > allowed_s;
  if (follows) {
    sum.converges = false;
    seconds += rest / rate;
  }
  const double writes = static_cast<double>(facts.machine.write_rate.value) * kWriteError.at(view) * seconds;
  sum.bytes += writes;
  sum.total_ms += (seconds + writes / rate) * kMillisPerSecond;
  sum.blackout_ms = follows ? 0 : rest / rate * kMillisPerSecond;
}

void add_switch(const MoveFacts& facts, View view, Reckoning& sum) {
  const double ways = kSwitchTrips * round_trip_ms(facts);
  if (facts.past.blackout_ms.empty()) {
    sum.blackout_ms += kSwitchMs.at(view) + ways;
  } else {
    sum.blackout_ms = std::max(sum.blackout_ms, spread_of(facts.past.blackout_ms, {}).at(view));
  }
  sum.total_ms += sum.blackout_ms;
}

// The disks once more, of which little has changed.
void add_shutdown(const MoveFacts& facts, View view, double rate, Reckoning& sum) {
  const double seconds = sum.total_ms / kMillisPerSecond;
  const double again = static_cast<double>(facts.machine.write_rate.value) * kWriteError.at(view) * seconds +
                       static_cast<double>(facts.machine.disk_bytes.value) / model::kSampleSize.value;
  sum.bytes += again;
  sum.blackout_ms =
      kShutdownMs.at(view) + again / rate * kMillisPerSecond + kSwitchTrips * round_trip_ms(facts);
  sum.total_ms += sum.blackout_ms;
}

Reckoning reckon(const MoveFacts& facts, View view) {
  const double rate = rate_of(facts, view);
  const double first = seed_bytes(facts, view) +
                       static_cast<double>(facts.image.value) * image_share(facts).at(view) +
                       static_cast<double>(facts.snapshots.value) * kSentOfSnapshots.at(view);
  Reckoning sum{.bytes = first};
  sum.total_ms = spread_of(facts.past.other_ms, kOtherMs).at(view) + kPrepareTrips * round_trip_ms(facts) +
                 first / rate * kMillisPerSecond;
  if (facts.mode == TransferMode::cold || facts.copy) return sum;
  if (facts.mode == TransferMode::warm) {
    add_shutdown(facts, view, rate, sum);
    return sum;
  }
  add_rounds(facts, view, rate, sum);
  add_switch(facts, view, sum);
  return sum;
}

std::int64_t whole(double number) {
  constexpr double kMost = 1e18;
  return std::llround(std::min(number, kMost));
}

}  // namespace

model::TransferFigures forecast(const MoveFacts& facts) {
  std::array<Reckoning, kViews.size()> sums;
  for (std::size_t i = 0; i < kViews.size(); ++i) sums[i] = reckon(facts, kViews[i]);
  const auto range = [&](double Reckoning::* figure) {
    return FigureRange{whole(sums[0].*figure), whole(sums[1].*figure), whole(sums[2].*figure)};
  };
  model::TransferFigures figures{.bytes = range(&Reckoning::bytes),
                                 .total_ms = range(&Reckoning::total_ms),
                                 .blackout_ms = range(&Reckoning::blackout_ms),
                                 .converges = sums[1].converges};
  figures.basis = {.memory_bytes = facts.machine.memory_bytes,
                   .dirty_rate = facts.machine.dirty_rate,
                   .write_rate = facts.machine.write_rate,
                   .disk_bytes = facts.machine.disk_bytes,
                   .snapshot_bytes = facts.snapshots,
                   .missing_percent = static_cast<std::int32_t>(whole(missing_share(facts).likely * 100)),
                   .sampled_chunks = static_cast<std::int32_t>(facts.machine.samples.size()),
                   .rate = facts.link.likely,
                   .rate_basis = facts.link.basis,
                   .round_trip_us = facts.link.round_trip.count()};
  return figures;
}

std::optional<LinkFacts> link_of_moves(const std::vector<model::TransferReport>& moves) {
  // Less than this is over before a connection is up to speed.
  constexpr Bytes kEnough{8'000'000};
  constexpr std::size_t kNewest = 8;
  std::vector<double> rates;
  for (const model::TransferReport& report : moves) {
    if (rates.size() >= kNewest) break;
    if (report.cuts > 0 || report.memory_bytes < kEnough || report.memory_ms <= 0) continue;
    rates.push_back(static_cast<double>(report.memory_bytes.value) * kMillisPerSecond / report.memory_ms);
  }
  if (rates.empty()) return std::nullopt;
  const Triple spread = spread_of(rates, {});
  return LinkFacts{.low = {whole(spread.low)},
                   .likely = {whole(spread.likely)},
                   .high = {whole(spread.high)},
                   .basis = model::RateBasis::moves};
}

}  // namespace hanse::migration
