// How far the emptying of hosts is, for people. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "base/units.h"
#include "runtime/clock.h"

namespace hanse::cli {

// What is left of a piece of work and how long that will take, by the pace that it has had since it was first
// looked at. Nothing is promised before a part of it is done.
class Pace {
 public:
  void note(MonotonicTime now, std::int64_t left);
  std::optional<Nanos> remaining() const;

 private:
  std::optional<MonotonicTime> began_;
  MonotonicTime now_;
  std::int64_t most_ = 0;  // that was left at once
  std::int64_t left_ = 0;
};

// Of one host, or of several together.
struct DrainCount {
  std::int64_t left = 0;
  std::int64_t moving = 0;
  std::int64_t staying = 0;
  bool known = true;    // of all of them the zone has said how far they are
  std::string reasons;  // "; default/default/web: it is stopped"

  void add(const boost::json::value& host);
  std::int64_t work() const { return left - staying; }  // that is done by itself
  bool is_empty() const { return known && left == 0; }
  bool stays() const { return known && left > 0 && left == staying; }
};

// "draining rack-7: 12 left, 2 moving, about 3 m 20 s"
std::string drain_line(const std::string& what, const DrainCount& count, const Pace& pace);
// Changes when a line should be printed where lines cannot be written over.
std::string drain_milestone(const DrainCount& count);

}  // namespace hanse::cli
