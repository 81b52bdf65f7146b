// HeldRoom: the room at the target's host of a move within the zone, held until its record holds it.
// Lifecycle: a scope. Thread: the loop.
#pragma once

#include <string>
#include <utility>

#include "zone/host_capacity.h"

namespace hanse::zone {

// As HostCapacity knows it: beside, and not instead of, the instance's own room.
inline std::string room_name(const std::string& uid) {
  return "move of " + uid;
}

class HeldRoom {
 public:
  HeldRoom(HostCapacity& capacity, std::string name) : capacity_(capacity), name_(std::move(name)) {}
  ~HeldRoom() { capacity_.release(name_); }
  HeldRoom(const HeldRoom&) = delete;
  HeldRoom& operator=(const HeldRoom&) = delete;

 private:
  HostCapacity& capacity_;
  std::string name_;
};

}  // namespace hanse::zone
