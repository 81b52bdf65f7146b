#include "federation/round_trips.h"

#include <algorithm>

#include "runtime/sleep.h"

namespace hanse::federation {
namespace {

constexpr Nanos kPeriod = Seconds{10};
constexpr Nanos kBetweenProbes = Millis{100};
constexpr int kSilentPeriods = 3;
constexpr std::size_t kFirstSamples = 3;

}  // namespace

Nanos probe_period(std::size_t peers) {
  return std::max(kPeriod, static_cast<std::int64_t>(peers) * kBetweenProbes);
}

Status RoundTrips::start() {
  if (!scope_.spawn(run())) return fail(Code::internal, "the measuring of round trips cannot start");
  return {};
}

Task<void> RoundTrips::run() {
  std::string last;
  while (true) {
    const std::vector<std::string>& peers = client_.probed_peers();
    std::erase_if(known_, [&](const auto& entry) {
      return !std::binary_search(peers.begin(), peers.end(), entry.first);
    });
    if (peers.empty()) {
      co_await sleep_for(runtime_.scheduler, Seconds{1});
      continue;
    }
    // In order of name, once round in a period.
    auto next = std::upper_bound(peers.begin(), peers.end(), last);
    if (next == peers.end()) next = peers.begin();
    last = *next;
    const Nanos pause = probe_period(peers.size()) / static_cast<std::int64_t>(peers.size());
    if (!scope_.spawn(measure(last))) co_await sleep_for(runtime_.scheduler, kBetweenProbes);
    co_await sleep_for(runtime_.scheduler, pause);
  }
}

// A new one is asked a few times at once: the first answer has the making of the connection in it.
Task<void> RoundTrips::measure(std::string peer) {
  while (co_await measure_once(peer)) {
    const auto known = known_.find(peer);
    if (known == known_.end() || known->second.count >= kFirstSamples) co_return;
  }
}

Task<bool> RoundTrips::measure_once(std::string peer) {
  const MonotonicTime begin = runtime_.clock.now();
  const Status answered = co_await client_.probe(peer);
  if (!answered) co_return false;
  const std::optional<Micros> before = measured(peer);
  Known& known = known_[peer];
  known.samples.at(known.count % kSamples) = runtime_.clock.now() - begin;
  ++known.count;
  heard(peer);
  if (measured(peer) != before) listener_(peer);
  co_return true;
}

void RoundTrips::heard(const std::string& peer) {
  const bool was_reachable = reachable(peer);
  known_[peer].heard_at = runtime_.clock.now();
  if (!was_reachable) listener_(peer);
}

std::optional<Micros> RoundTrips::measured(const std::string& peer) const {
  const auto found = known_.find(peer);
  if (found == known_.end() || found->second.count == 0) return std::nullopt;
  const auto& samples = found->second.samples;
  const auto end = samples.begin() + static_cast<std::ptrdiff_t>(std::min(found->second.count, kSamples));
  return std::chrono::duration_cast<Micros>(*std::min_element(samples.begin(), end));
}

std::optional<Nanos> RoundTrips::silence(const std::string& peer) const {
  const auto found = known_.find(peer);
  if (found == known_.end()) return std::nullopt;
  const std::optional<MonotonicTime>& heard_at = found->second.heard_at;
  if (!heard_at) return std::nullopt;
  return runtime_.clock.now() - *heard_at;
}

bool RoundTrips::reachable(const std::string& peer) const {
  const std::optional<MonotonicTime> end = silent_from(peer);
  return end && runtime_.clock.now() <= *end;
}

std::optional<MonotonicTime> RoundTrips::silent_from(const std::string& peer) const {
  const auto found = known_.find(peer);
  if (found == known_.end()) return std::nullopt;
  const std::optional<MonotonicTime>& heard_at = found->second.heard_at;
  if (!heard_at) return std::nullopt;
  return *heard_at + kSilentPeriods * probe_period(client_.probed_peers().size());
}

}  // namespace hanse::federation
