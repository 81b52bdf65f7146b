// What the host has still to say on its stream. Bound: one observed state for each machine (a newer one takes
// the place of an unsent older one) and kMaxResponses answers.
//
// Thread: the loop.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "model/host_messages.h"

namespace hanse::host {

// The zone has at most as many requests under way.
inline constexpr std::size_t kMaxResponses = 64;

class OutgoingFrames {
 public:
  void add(model::MachineObserved observed);
  // False when there are too many.
  [[nodiscard]] bool add(model::HostResponse response);
  // The next frame, answers first. Errors: resource_exhausted when one is above the limit; it is dropped.
  Result<std::optional<std::string>> next();
  void clear();

 private:
  std::deque<model::HostResponse> responses_;
  std::deque<std::string> order_;  // of the uids in observed_: who waits longest is first
  std::map<std::string, model::MachineObserved> observed_;
};

}  // namespace hanse::host
