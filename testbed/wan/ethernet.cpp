#include "testbed/wan/ethernet.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace hanse::testbed {

std::optional<FrameAddresses> addresses_of(FrameBytes frame) {
  if (frame.size() < kVirtioHeaderSize + kEthernetHeaderSize) return std::nullopt;
  FrameAddresses addresses;
  std::memcpy(addresses.destination.data(), frame.data() + kVirtioHeaderSize, 6);
  std::memcpy(addresses.source.data(), frame.data() + kVirtioHeaderSize + 6, 6);
  return addresses;
}

bool is_group(const MacAddress& address) {
  return (address[0] & 1) != 0;
}

Bytes wire_size(FrameBytes frame) {
  const auto length = static_cast<std::int64_t>(frame.size()) - static_cast<std::int64_t>(kVirtioHeaderSize);
  VirtioHeader header;
  if (length <= 0) return Bytes{0};
  std::memcpy(&header, frame.data(), sizeof header);
  if (header.segmentation == kNoSegmentation || header.segment_size == 0) return Bytes{length};
  // header_length is a hint only: the TCP header starts where the checksum does and says itself how long it
  // is.
  constexpr std::size_t kDataOffset = 12;
  const std::size_t offset = kVirtioHeaderSize + header.checksum_start + kDataOffset;
  if (offset >= frame.size()) return Bytes{length};
  const std::int64_t tcp_header = (std::to_integer<std::int64_t>(frame[offset]) >> 4) * 4;
  const std::int64_t headers = header.checksum_start + tcp_header;
  if (headers >= length) return Bytes{length};
  const std::int64_t segments = (length - headers + header.segment_size - 1) / header.segment_size;
  return Bytes{length + (segments - 1) * headers};
}

Result<MacAddress> parse_mac(std::string_view text) {
  MacAddress address{};
  const bool right_length = text.size() == 17;
  for (std::size_t i = 0; right_length && i < 6; ++i) {
    const char* const begin = text.data() + i * 3;
    const bool separated = i == 5 || begin[2] == ':';
    if (!separated || std::from_chars(begin, begin + 2, address[i], 16).ptr != begin + 2)
      return fail(Code::invalid_argument, "'{}' is no MAC address; write it like 02:77:00:00:00:01", text);
  }
  if (!right_length)
    return fail(Code::invalid_argument, "'{}' is no MAC address; write it like 02:77:00:00:00:01", text);
  return address;
}

std::string to_string(const MacAddress& address) {
  return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", address[0], address[1], address[2],
                     address[3], address[4], address[5]);
}

}  // namespace hanse::testbed
