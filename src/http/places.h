// Places: a bound on how many are at something at the same time; others wait for a place.
//
// Lifecycle: outlives its places. Thread: the loop.
#pragma once

#include <cstddef>

#include "base/task.h"
#include "runtime/signal.h"

namespace hanse::http {

class Places {
 public:
  Places(Scheduler& scheduler, std::size_t count) : free_(count), freed_(scheduler) {}

  // Gives its place back at the latest when it is destroyed.
  class Place {
   public:
    explicit Place(Places& places) : places_(&places) { --places.free_; }
    ~Place() { give_back(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    void give_back() {
      if (places_ == nullptr) return;
      ++places_->free_;
      places_->freed_.notify();
      places_ = nullptr;
    }

   private:
    Places* places_;
  };

  Task<void> wait_for_one() {
    while (free_ == 0) co_await freed_.changed_since(freed_.version());
  }

 private:
  std::size_t free_;
  Signal freed_;
};

}  // namespace hanse::http
