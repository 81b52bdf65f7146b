#include "codec/chunk.h"

#include <charconv>
#include <cstring>
#include <fmt/ranges.h>

namespace hanse::codec {

bool is_all_zero(std::string_view content) {
  if (content.empty()) return true;
  // Equal to itself one byte further on, and that byte is zero.
  return content.front() == 0 && std::memcmp(content.data(), content.data() + 1, content.size() - 1) == 0;
}

std::string hex_of(const ChunkDigest& digest) {
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

Result<ChunkDigest> digest_of_hex(std::string_view hex) {
  constexpr int kHexadecimal = 16;
  ChunkDigest digest{};
  bool good = hex.size() == 2 * digest.size();
  for (std::size_t i = 0; good && i < digest.size(); ++i) {
    const char* const begin = hex.data() + 2 * i;
    const auto [end, failure] = std::from_chars(begin, begin + 2, digest[i], kHexadecimal);
    good = failure == std::errc() && end == begin + 2;
  }
  if (good) return digest;
  return fail(Code::invalid_argument, "'{}' is no SHA-256; it has 64 hexadecimal digits", hex);
}

}  // namespace hanse::codec
