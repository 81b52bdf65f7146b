#include "testbed/wan/link_model.h"

#include <algorithm>

namespace hanse::testbed {
namespace {

constexpr Bytes kSmallestQueue{256 * 1024};
constexpr int kQueueMilliseconds = 100;
constexpr std::uint64_t kChanceScale = 1'000'000'000;

// In 128 bits: a nanosecond count times a rate leaves 64.
Nanos time_to_send(Bytes size, std::uint64_t bits_per_second) {
  const auto bits = static_cast<__uint128_t>(size.value) * 8 * 1'000'000'000;
  return Nanos{static_cast<std::int64_t>((bits + bits_per_second - 1) / bits_per_second)};
}

Bytes bytes_sent_in(Nanos time, std::uint64_t bits_per_second) {
  const auto bits = static_cast<__uint128_t>(time.count()) * bits_per_second / 1'000'000'000;
  return Bytes{static_cast<std::int64_t>(bits / 8)};
}

}  // namespace

Status check_parameters(const LinkParameters& parameters) {
  if (parameters.delay < Nanos{0} || parameters.delay > kMaxLinkDelay)
    return fail(Code::invalid_argument, "the delay of a link must be between 0 and {} ms",
                std::chrono::duration_cast<Millis>(kMaxLinkDelay).count());
  if (parameters.jitter < Nanos{0} || parameters.jitter > parameters.delay)
    return fail(Code::invalid_argument, "the jitter of a link must be between 0 and its one-way delay");
  if (!(parameters.loss >= 0 && parameters.loss <= 1))
    return fail(Code::invalid_argument, "the loss of a link must be between 0 and 100 percent");
  if (parameters.queue_limit < Bytes{0})
    return fail(Code::invalid_argument, "the queue limit of a link must not be negative");
  const std::uint64_t rate = parameters.bits_per_second;
  if (rate != 0 && (rate < kMinBitsPerSecond || rate > kMaxBitsPerSecond))
    return fail(Code::invalid_argument,
                "the rate of a link must be between {} and {} Mbit/s, or 0 for no limit",
                kMinBitsPerSecond / 1e6, kMaxBitsPerSecond / 1'000'000);
  return {};
}

Bytes default_queue_limit(std::uint64_t bits_per_second) {
  return std::max(kSmallestQueue, bytes_sent_in(Millis{kQueueMilliseconds}, bits_per_second));
}

LinkModel::LinkModel(const LinkParameters& parameters, Random& random) : random_(random) {
  change(parameters);
}

void LinkModel::change(const LinkParameters& parameters) {
  parameters_ = parameters;
  if (parameters_.queue_limit == Bytes{0})
    parameters_.queue_limit = default_queue_limit(parameters_.bits_per_second);
}

bool LinkModel::immediate(MonotonicTime now) const {
  return parameters_.bits_per_second == 0 && parameters_.delay == Nanos{0} && last_arrival_ <= now;
}

Nanos LinkModel::draw_delay() {
  if (parameters_.jitter == Nanos{0}) return parameters_.delay;
  const auto width = static_cast<std::uint64_t>(parameters_.jitter.count()) * 2 + 1;
  const auto drawn = static_cast<std::int64_t>(random_below(random_, width));
  return parameters_.delay - parameters_.jitter + Nanos{drawn};
}

Passage LinkModel::send(MonotonicTime now, Bytes size) {
  if (parameters_.cut) return {.dropped = DropReason::cut};
  if (parameters_.loss > 0 &&
      random_below(random_, kChanceScale) < static_cast<std::uint64_t>(parameters_.loss * kChanceScale))
    return {.dropped = DropReason::loss};
  MonotonicTime sent = now;
  if (const std::uint64_t rate = parameters_.bits_per_second; rate != 0) {
    const MonotonicTime start = std::max(now, line_free_at_);
    const Bytes waiting = bytes_sent_in(start - now, rate);
    // A packet that finds the line free always goes, however large.
    if (start > now && waiting + size > parameters_.queue_limit) return {.dropped = DropReason::queue};
    sent = start + time_to_send(size, rate);
    line_free_at_ = sent;
  }
  last_arrival_ = std::max(last_arrival_, sent + draw_delay());
  return {.passes = true, .arrival = last_arrival_};
}

}  // namespace hanse::testbed
