// The bytes of a text, where a stream or a parser takes bytes.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace hanse {

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace hanse
