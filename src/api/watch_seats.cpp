#include "api/watch_seats.h"

#include "api/access.h"

namespace hanse::api {

Result<WatchSeats::Pointer> WatchSeats::take(const zone::Caller& caller) {
  if (taken_ >= kMaxWatches) {
    return fail(Code::unavailable, "the zone has {} watches open and takes no more; try again later", taken_);
  }
  const std::string key = to_string(caller);
  std::size_t& own = by_caller_[key];
  if (own >= kMaxWatchesPerCaller) {
    return fail(Code::resource_exhausted, "{} has {} watches open; close some before opening more", key, own);
  }
  ++own;
  ++taken_;
  return std::make_shared<const Seat>(*this, key);
}

void WatchSeats::leave(const std::string& key) {
  --taken_;
  const auto own = by_caller_.find(key);
  if (--own->second == 0) by_caller_.erase(own);
}

}  // namespace hanse::api
