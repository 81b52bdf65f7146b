// What the steps of an outgoing move share: progress of disks and memory with its stall, and the mirrors'
// health.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "host/drivers/qemu/machine.h"
#include "host/drivers/qemu/outgoing.h"
#include "host/drivers/qemu/qmp_commands.h"

namespace hanse::host::qemu {

// Follows a counter of bytes. Pure.
class ProgressWatch {
 public:
  explicit ProgressWatch(MonotonicTime now) : last_change_(now), last_look_(now) {}

  // True while bytes moved within kStallLimit, and a while more for one that is slow by its limits. One that
  // is paused need not move.
  bool moves(Bytes sent, MonotonicTime now, const model::TransferLimits& limits);
  // Since bytes moved, or might have.
  Nanos still(MonotonicTime now) const { return now - last_change_; }
  BytesPerSecond rate() const { return rate_; }

 private:
  MonotonicTime last_change_;
  MonotonicTime last_look_;
  Bytes sent_;
  BytesPerSecond rate_;
};

// Errors: unavailable when QEMU has gone or a mirror has failed.
Status check_mirrors(const Machine& machine);
// Of a session in which something failed. A QEMU that dies closes its monitor first; its process ends when
// its memory has been given back.
Task<bool> has_ended(Session& session);
tl::unexpected<Error> stalled(const Machine& machine, std::string_view what);

}  // namespace hanse::host::qemu
