// EventLog: what happened in this zone since it started, for people: bounded, in memory, newest last. Nothing
// depends on it; what must not be lost is a condition of the resource. Thread: the loop.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "model/zone_resources.h"
#include "runtime/runtime.h"
#include "runtime/signal.h"

namespace hanse::zone {

// The oldest goes when there are more.
inline constexpr std::size_t kMaxEvents = 10'000;

class EventLog {
 public:
  explicit EventLog(Runtime& runtime) : runtime_(runtime), changes_(runtime.scheduler) {}

  struct Numbered {
    std::uint64_t number;
    model::Event event;
  };

  void add(std::string kind, std::string name, std::string reason, std::string message);
  // Events with a number above `after`, of this kind and name where those are not empty, at most `limit`.
  std::vector<Numbered> list(const std::string& kind, const std::string& name, std::uint64_t after,
                             std::size_t limit) const;
  Signal& changes() { return changes_; }

 private:
  Runtime& runtime_;
  Signal changes_;
  std::uint64_t last_ = 0;
  std::deque<Numbered> events_;
};

}  // namespace hanse::zone
