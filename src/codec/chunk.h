// A chunk: a piece of a disk, always of the same size, which is known by its SHA-256 wherever it lies. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hanse::codec {

// A cluster of qcow2, so that a chunk is either wholly a disk's own or wholly its base's.
inline constexpr std::size_t kChunkBytes = std::size_t{64} << 10;

using ChunkDigest = std::array<std::uint8_t, 32>;

// Stands for a chunk of zeroes, which needs no content; no SHA-256 is known that looks so.
inline constexpr ChunkDigest kZeroChunk{};

bool is_all_zero(std::string_view content);

inline std::string_view bytes_of(const ChunkDigest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// 64 hexadecimal digits.
std::string hex_of(const ChunkDigest& digest);
// Errors: invalid_argument when these are not 64 hexadecimal digits.
Result<ChunkDigest> digest_of_hex(std::string_view hex);

}  // namespace hanse::codec
