// TapDevice: the end of a zone's WAN interface that the emulator holds. Frames go through it with a virtio
// header, so that the kernel hands over segments of up to 64 KiB and leaves checksums out between zones.
//
// Lifecycle: open() makes the device in the zone's network namespace, with its address, up; it vanishes with
// the descriptor. Needs root. Neighbours are entered by hand and for good, so that a cut link looks like a
// silent network and not like an unreachable neighbour.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "testbed/owned_descriptor.h"
#include "testbed/wan/ethernet.h"
#include "testbed/wan/wan_options.h"

namespace hanse::testbed {

class TapDevice {
 public:
  // Errors: invalid_argument, not_found (the namespace), permission_denied, unavailable.
  static Result<TapDevice> open(const WanPort& port, int prefix_length,
                                const std::vector<WanPort>& all_ports);

  int descriptor() const { return descriptor_.get(); }
  // One frame; empty when there is none now.
  FrameBytes read(std::span<std::byte> buffer) const;
  // False when the device does not take it.
  bool write(FrameBytes frame) const;

 private:
  explicit TapDevice(OwnedDescriptor descriptor) : descriptor_(std::move(descriptor)) {}
  OwnedDescriptor descriptor_;
};

}  // namespace hanse::testbed
