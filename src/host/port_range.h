// A range of TCP ports. Plain data.
#pragma once

#include <cstdint>

namespace hanse::host {

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

}  // namespace hanse::host
