// HeldRoom: room at a host that somebody reserves by this name and that nobody has when the scope ends: until
// a record holds it, or for a question. Lifecycle: a scope. Thread: the loop. A name of its own for each
// purpose: the end of one must not give away what another holds.
#pragma once

#include <string>
#include <utility>

#include "zone/host_capacity.h"

namespace hanse::zone {

// As HostCapacity knows the room at the target's host of a move within the zone: beside, and not instead of,
// the instance's own.
inline std::string room_name(const std::string& uid) {
  return "move of " + uid;
}

inline std::string forecast_name(const std::string& uid) {
  return "forecast of " + uid;
}

class HeldRoom {
 public:
  HeldRoom(HostCapacity& capacity, std::string name) : capacity_(capacity), name_(std::move(name)) {}
  ~HeldRoom() { capacity_.release(name_); }
  HeldRoom(const HeldRoom&) = delete;
  HeldRoom& operator=(const HeldRoom&) = delete;

  const std::string& name() const { return name_; }

 private:
  HostCapacity& capacity_;
  std::string name_;
};

}  // namespace hanse::zone
