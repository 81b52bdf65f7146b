#include "store/checksum.h"

#include <array>
#include <cstddef>

namespace hanse::store {
namespace {

constexpr std::uint32_t kCastagnoli = 0x82f63b78;  // bits reversed

// Eight bytes at a time: table n is that of a byte with n others behind it.
constexpr std::size_t kSlices = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, kSlices>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? kCastagnoli : 0);
    tables[0][byte] = rest;
  }
  for (std::size_t slice = 1; slice < kSlices; ++slice) {
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[slice - 1][byte];
      tables[slice][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

class Crc32c {
 public:
  void add(std::uint8_t byte) { rest_ = (rest_ >> 8) ^ kTables[0][(rest_ ^ byte) & 0xff]; }
  void add(std::string_view text) {
    while (text.size() >= kSlices) {
      add_slices(text.data());
      text.remove_prefix(kSlices);
    }
    for (const char c : text) add(static_cast<std::uint8_t>(c));
  }
  void add_number(std::uint64_t number) {  // little endian
    for (int shift = 0; shift < 64; shift += 8) add(static_cast<std::uint8_t>(number >> shift));
  }
  std::uint32_t value() const { return ~rest_; }

 private:
  void add_slices(const char* text) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < kSlices; ++i) {
      const auto byte = static_cast<std::uint8_t>(text[i]);
      const std::uint32_t known = i < 4 ? rest_ >> (8 * i) & 0xff : 0;
      next ^= kTables[kSlices - 1 - i][byte ^ known];
    }
    rest_ = next;
  }

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
