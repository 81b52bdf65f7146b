// CRC32C (Castagnoli, reflected polynomial 0x82f63b78), the checksum of every log line and memory page.
// Pure; slicing by eight, since an emulated processor may have no crc32 instruction. Cannot fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hanse::witness {

[[nodiscard]] std::uint32_t crc32c(const void* data, std::size_t size);
[[nodiscard]] inline std::uint32_t crc32c(std::string_view text) {
  return crc32c(text.data(), text.size());
}

}  // namespace hanse::witness
