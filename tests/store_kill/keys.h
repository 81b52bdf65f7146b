// What the writer writes and the test checks: transaction `n` puts the same text under two keys of its own
// and two that every transaction overwrites, and removes those of a transaction long before.
#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <string>

namespace hanse::store_kill {

inline constexpr std::uint64_t kWriters = 8;          // transactions in flight at a time
inline constexpr std::uint64_t kKeptNumbers = 80;     // older ones are removed; a multiple of kWriters
inline constexpr std::uint64_t kMaxTextBytes = 6000;  // more than a page of the database

inline std::string left_key(std::uint64_t number) {
  return fmt::format("left/{:012}", number);
}
inline std::string right_key(std::uint64_t number) {
  return fmt::format("right/{:012}", number);
}
// Each writer has its own pair, so that the order between writers does not matter.
inline std::string last_left_key(std::uint64_t writer) {
  return fmt::format("last_left/{}", writer);
}
inline std::string last_right_key(std::uint64_t writer) {
  return fmt::format("last_right/{}", writer);
}

inline std::string text_of(std::uint64_t number) {
  constexpr std::uint64_t kSpread = 2654435761;
  return fmt::format("{} ", number) + std::string(number * kSpread % kMaxTextBytes, 'x');
}

}  // namespace hanse::store_kill
