// Refusals: what other zones sent that was not taken, counted by reason, and logged with the zone that sent
// it: one line a sender in a while, so that a flood fills no disk. Thread: the loop. Failure: none.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <cstdint>
#include <map>
#include <string>

#include "runtime/runtime.h"

namespace hanse::federation {

enum class Refusal {
  unknown_owner,
  oversized,
  forged,
  replayed,
  from_the_future,
  stale,
  too_frequent,
  malformed,
  unreadable_message,
  oversized_message
};
BOOST_DESCRIBE_ENUM(Refusal, unknown_owner, oversized, forged, replayed, from_the_future, stale, too_frequent,
                    malformed, unreadable_message, oversized_message)

class Refusals {
 public:
  explicit Refusals(Runtime& runtime) : runtime_(runtime), log_(runtime.log, "federation") {}

  // `what` was sent: "a record of 'a'", "an answer".
  void add(Refusal reason, const std::string& sender, const std::string& what, const std::string& message);
  std::uint64_t count(Refusal reason) const { return counts_.at(static_cast<std::size_t>(reason)); }

 private:
  static constexpr std::size_t kReasons =
      boost::mp11::mp_size<boost::describe::describe_enumerators<Refusal>>::value;

  Runtime& runtime_;
  Logger log_;
  std::array<std::uint64_t, kReasons> counts_{};
  std::map<std::string, MonotonicTime> complained_;  // by sender
};

}  // namespace hanse::federation
