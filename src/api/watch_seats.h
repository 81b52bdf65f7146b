// Bounds the event streams that are open at a time, for each caller and in all. Thread: the loop.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "zone/caller.h"

namespace hanse::api {

inline constexpr std::size_t kMaxWatchesPerCaller = 100;
inline constexpr std::size_t kMaxWatches = 2'000;

class WatchSeats {
 public:
  WatchSeats() = default;
  WatchSeats(const WatchSeats&) = delete;
  WatchSeats& operator=(const WatchSeats&) = delete;

  // One open stream; it ends with the last copy of the pointer.
  class Seat {
   public:
    Seat(WatchSeats& seats, std::string key) : seats_(seats), key_(std::move(key)) {}
    ~Seat() { seats_.leave(key_); }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

   private:
    WatchSeats& seats_;
    std::string key_;
  };
  // shared: it lives in a std::function, which is copyable.
  using Pointer = std::shared_ptr<const Seat>;

  // Errors: resource_exhausted for the caller's own limit, unavailable when the zone has no more. Requires:
  // this outlives the seat.
  Result<Pointer> take(const zone::Caller& caller);
  std::size_t taken() const { return taken_; }

 private:
  void leave(const std::string& key);

  std::size_t taken_ = 0;
  std::map<std::string, std::size_t> by_caller_;
};

}  // namespace hanse::api
