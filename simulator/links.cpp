#include "simulator/links.h"

#include <algorithm>

namespace hanse::simulator {
namespace {

constexpr Nanos kLoopbackTime = Micros{20};
constexpr Nanos kFirstRetransmission = Millis{200};
constexpr int kMaxRetransmissions = 6;

}  // namespace

void Links::set(const std::string& a, const std::string& b, LinkSettings settings) {
  settings_[{a, b}] = settings;
  settings_[{b, a}] = settings;
}

void Links::spoil(const std::string& a, const std::string& b, LinkSettings settings) {
  spoiled_[{a, b}] = settings;
  spoiled_[{b, a}] = settings;
}

void Links::restore(const std::string& a, const std::string& b) {
  spoiled_.erase({a, b});
  spoiled_.erase({b, a});
}

void Links::cut(const std::string& a, const std::string& b) {
  cut_one_way(a, b);
  cut_one_way(b, a);
}

void Links::mend(const std::string& a, const std::string& b) {
  cut_.erase({a, b});
  cut_.erase({b, a});
}

const LinkSettings& Links::settings(const std::string& from, const std::string& to) const {
  const auto spoiled = spoiled_.find({from, to});
  if (spoiled != spoiled_.end()) return spoiled->second;
  const auto found = settings_.find({from, to});
  return found == settings_.end() ? default_ : found->second;
}

Nanos Links::travel_time(const std::string& from, const std::string& to, Bytes size, Nanos now) {
  if (from == to) return kLoopbackTime;
  const LinkSettings& link = settings(from, to);
  Nanos departure = now;
  if (link.bandwidth.value > 0) {
    Nanos& busy_until = busy_until_[{from, to}];
    const auto on_wire = Nanos(size.value * 1'000'000 / link.bandwidth.value * 1'000);
    departure = busy_until = std::max(busy_until, now) + on_wire;
  }
  Nanos time = departure - now + link.latency + random_.between(Nanos{0}, link.jitter);
  Nanos retransmission = kFirstRetransmission;
  for (int tries = 0; tries < kMaxRetransmissions && random_.chance(link.loss_per_million); ++tries) {
    time += retransmission;
    retransmission *= 2;
  }
  if (random_.chance(link.reorder_per_million)) time += random_.between(Nanos{0}, link.reorder_delay);
  return time;
}

}  // namespace hanse::simulator
