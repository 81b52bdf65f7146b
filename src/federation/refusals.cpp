#include "federation/refusals.h"

#include <algorithm>

#include "federation/peers.h"

namespace hanse::federation {
namespace {

constexpr Nanos kBetweenComplaints = Seconds{10};

// "from the future"
std::string words_of(Refusal reason) {
  std::string words = boost::describe::enum_to_string(reason, "refused");
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

// What may come from a zone that does nothing wrong: a record that was asked for while a newer one was on its
// way, or news that was late and comes with more of it.
bool is_usual(Refusal reason) {
  return reason == Refusal::replayed || reason == Refusal::too_frequent;
}

}  // namespace

void Refusals::add(Refusal reason, const std::string& sender, const std::string& what,
                   const std::string& message) {
  ++counts_.at(static_cast<std::size_t>(reason));
  const MonotonicTime now = runtime_.clock.now();
  const auto last = complained_.find(sender);
  if (last != complained_.end() && now - last->second < kBetweenComplaints) return;
  if (complained_.size() > kMaxPeers) complained_.clear();
  complained_.insert_or_assign(sender, now);
  const std::string line =
      fmt::format("zone '{}' sent {}, refused as {}: {}", sender, what, words_of(reason), message);
  if (is_usual(reason)) {
    log_.info("{}", line);
  } else {
    log_.warning("{}", line);
  }
}

}  // namespace hanse::federation
