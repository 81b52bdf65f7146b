// Answers the zone's requests to read and write the consoles of machines.
//
// Thread: the loop. Bound: kMaxConsoleWrites under way; beyond them resource_exhausted is answered.
#pragma once

#include <cstddef>
#include <functional>

#include "base/scope.h"
#include "host/driver.h"
#include "model/host_messages.h"

namespace hanse::host {

inline constexpr std::size_t kMaxConsoleWrites = 16;
inline constexpr std::size_t kConsolePiece = 128 * 1024;  // of what is read, in one answer

class ConsoleRequests {
 public:
  using Answer = std::function<void(model::HostResponse)>;

  ConsoleRequests(Driver& driver, Answer answer);

  void serve(model::HostRequest request);

 private:
  model::HostResponse read(const model::HostRequest& request) const;
  Task<void> write(model::HostRequest request);

  Driver& driver_;
  Answer answer_;
  Scope writes_;
};

}  // namespace hanse::host
