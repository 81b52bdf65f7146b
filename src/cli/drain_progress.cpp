#include "cli/drain_progress.h"

#include <algorithm>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/json_lookup.h"
#include "cli/text.h"

namespace hanse::cli {

void Pace::note(MonotonicTime now, std::int64_t left) {
  now_ = now;
  left_ = left;
  // What came in addition is work too, but none that was done.
  if (!began_ || left > most_) {
    began_ = now;
    most_ = left;
  }
}

std::optional<Nanos> Pace::remaining() const {
  const std::int64_t done = most_ - left_;
  if (!began_ || done <= 0 || now_ == *began_) return std::nullopt;
  return (now_ - *began_) / done * left_;
}

void DrainCount::add(const boost::json::value& host) {
  if (find_at(host, "/status/drain") == nullptr) {
    known = false;
    return;
  }
  left += whole_at(host, "/status/drain/remaining");
  moving += whole_at(host, "/status/drain/moving");
  staying += whole_at(host, "/status/drain/staying");
  const boost::json::value* list = find_at(host, "/status/drain/reasons");
  if (list == nullptr || !list->is_array()) return;
  for (const boost::json::value& one : list->as_array())
    reasons += fmt::format("; {}: {}", text_at(one, "/instance"), text_at(one, "/reason"));
}

std::string drain_line(const std::string& what, const DrainCount& count, const Pace& pace) {
  if (!count.known) return what;
  std::string line = fmt::format("{}: {} left, {} moving", what, count.left, count.moving);
  if (count.staying > 0) line += fmt::format(", {} staying", count.staying);
  const auto remaining = pace.remaining();
  if (remaining && count.work() > 0)
    line += ", about " +
            milliseconds_text(
                std::chrono::duration<double, std::milli>(std::max(*remaining, Nanos(Seconds{1}))).count());
  return line;
}

std::string drain_milestone(const DrainCount& count) {
  return fmt::format("{} {} {} {}", count.known, count.left, count.moving, count.staying);
}

}  // namespace hanse::cli
