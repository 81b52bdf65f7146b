// Ethernet frames as a TAP device with a virtio header gives them: 10 bytes that say what the kernel left
// undone (checksum, segmentation), then the frame. One such frame may stand for many on the wire, up to 64
// KiB, which is what makes the emulator fast.
//
// Pure. Views do not own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"

namespace hanse::testbed {

using MacAddress = std::array<std::uint8_t, 6>;

// The frame with the virtio header in front.
using FrameBytes = std::span<const std::byte>;

// The kernel's virtio_net_hdr, whose own header is no C++.
struct VirtioHeader {
  std::uint8_t flags = 0;
  std::uint8_t segmentation = 0;  // kNoSegmentation or the protocol whose segments these are
  std::uint16_t header_length = 0;
  std::uint16_t segment_size = 0;
  std::uint16_t checksum_start = 0;
  std::uint16_t checksum_offset = 0;
};
inline constexpr std::size_t kVirtioHeaderSize = sizeof(VirtioHeader);
static_assert(kVirtioHeaderSize == 10);
inline constexpr std::uint8_t kNoSegmentation = 0;
inline constexpr std::uint8_t kTcp4Segmentation = 1;

inline constexpr std::size_t kEthernetHeaderSize = 14;
inline constexpr std::size_t kMaxFrameSize = kVirtioHeaderSize + kEthernetHeaderSize + 4 + (64 << 10);

struct FrameAddresses {
  MacAddress destination;
  MacAddress source;
};

// Nothing for what is too short to be a frame.
std::optional<FrameAddresses> addresses_of(FrameBytes frame);

// Broadcast or multicast.
bool is_group(const MacAddress& address);

// What the frame takes on the wire once it is cut into segments, each with its own headers.
Bytes wire_size(FrameBytes frame);

// "02:77:00:00:00:01". Errors: invalid_argument.
Result<MacAddress> parse_mac(std::string_view text);
std::string to_string(const MacAddress& address);

}  // namespace hanse::testbed
