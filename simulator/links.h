// Links: what lies between each pair of machines: delay, jitter, loss, bandwidth, and whether it is cut.
//
// A link has a name at each end, the name of a process; a process reaches itself without faults. Thread: one.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/units.h"
#include "simulator/seeded_random.h"

namespace hanse::simulator {

struct LinkSettings {
  Nanos latency = Millis{5};              // one way
  Nanos jitter = Millis{1};               // uniform, added
  std::uint32_t loss_per_million = 0;     // of segments; each costs a retransmission
  std::uint32_t reorder_per_million = 0;  // of segments that come late by reorder_delay, behind others
  Nanos reorder_delay = Millis{50};       // at most
  BytesPerSecond bandwidth{125'000'000};  // 0: unlimited
};

class Links {
 public:
  explicit Links(SeededRandom& random) : random_(random) {}

  // For pairs that have no settings of their own.
  void set_default(LinkSettings settings) { default_ = settings; }
  const LinkSettings& default_settings() const { return default_; }
  // Both directions.
  void set(const std::string& a, const std::string& b, LinkSettings settings);
  // A fault: these settings instead, until restore().
  void spoil(const std::string& a, const std::string& b, LinkSettings settings);
  void restore(const std::string& a, const std::string& b);
  void cut(const std::string& a, const std::string& b);
  // One direction only: what `from` sends does not reach `to`.
  void cut_one_way(const std::string& from, const std::string& to) { cut_.emplace(from, to); }
  void mend(const std::string& a, const std::string& b);

  bool is_cut(const std::string& from, const std::string& to) const { return cut_.contains({from, to}); }
  const LinkSettings& settings(const std::string& from, const std::string& to) const;

  // How long `size` bytes sent at `now` take, with retransmissions of what was lost.
  Nanos travel_time(const std::string& from, const std::string& to, Bytes size, Nanos now);

 private:
  using Direction = std::pair<std::string, std::string>;

  SeededRandom& random_;
  LinkSettings default_;
  std::map<Direction, LinkSettings> settings_;
  std::map<Direction, LinkSettings> spoiled_;
  std::map<Direction, Nanos> busy_until_;
  std::set<Direction> cut_;
};

}  // namespace hanse::simulator
