#include "store/checksum.h"

#include <array>
#include <cstddef>

namespace hanse::store {
namespace {

constexpr std::uint32_t kCastagnoli = 0x82f63b78;  // bits reversed

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? kCastagnoli : 0);
    table[byte] = rest;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> kTable = make_table();

class Crc32c {
 public:
  void add(std::uint8_t byte) { rest_ = (rest_ >> 8) ^ kTable[(rest_ ^ byte) & 0xff]; }
  void add(std::string_view text) {
    for (const char c : text) add(static_cast<std::uint8_t>(c));
  }
  void add_number(std::uint64_t number) {  // little endian
    for (int shift = 0; shift < 64; shift += 8) add(static_cast<std::uint8_t>(number >> shift));
  }
  std::uint32_t value() const { return ~rest_; }

 private:
  std::uint32_t rest_ = ~std::uint32_t{0};
};

}  // namespace

std::uint32_t checksum_of(std::string_view key, std::string_view value, Revision revision, Revision created) {
  Crc32c crc;
  crc.add_number(key.size());
  crc.add(key);
  crc.add_number(revision);
  crc.add_number(created);
  crc.add(value);
  return crc.value();
}

}  // namespace hanse::store
