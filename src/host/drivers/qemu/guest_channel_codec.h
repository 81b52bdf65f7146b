// What guest and host say to each other on the virtio-serial port org.hanse.guest.0, a line a message:
//   guest: "heartbeat <sequence> <guest's monotonic clock, ns>"     host: "location <zone>/<host>"
// Pure. A guest may write anything: lines of other kinds, and lines that are too long, are skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace hanse::host::qemu {

inline constexpr std::size_t kMaxGuestLine = 256;
inline constexpr std::string_view kGuestPort = "org.hanse.guest.0";

struct GuestBeat {
  std::uint64_t sequence = 0;
  Nanos guest{0};
};

class GuestLineReader {
 public:
  std::vector<GuestBeat> feed(std::string_view bytes);

 private:
  std::string partial_line_;
  bool skipping_ = false;
};

}  // namespace hanse::host::qemu
