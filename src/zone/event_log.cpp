#include "zone/event_log.h"

namespace hanse::zone {

void EventLog::add(std::string kind, std::string name, std::string reason, std::string message) {
  events_.push_back({++last_,
                     {.time = to_rfc3339(runtime_.clock.wall_now()),
                      .kind = std::move(kind),
                      .name = std::move(name),
                      .reason = std::move(reason),
                      .message = std::move(message)}});
  if (events_.size() > kMaxEvents) events_.pop_front();
  changes_.notify();
}

std::vector<EventLog::Numbered> EventLog::list(const std::string& kind, const std::string& name,
                                               std::uint64_t after, std::size_t limit) const {
  std::vector<Numbered> found;
  for (const Numbered& entry : events_) {
    if (found.size() == limit) break;
    if (entry.number <= after) continue;
    if (!kind.empty() && entry.event.kind != kind) continue;
    if (!name.empty() && entry.event.name != name) continue;
    found.push_back(entry);
  }
  return found;
}

}  // namespace hanse::zone
