// Numbers as bytes, the most significant first. Pure.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace hanse::codec {

template <std::unsigned_integral Number>
void put_number(std::string& out, Number number) {
  constexpr unsigned kByteBits = 8;
  for (unsigned byte = sizeof number; byte-- > 0;)
    out += static_cast<char>(static_cast<unsigned char>(number >> (byte * kByteBits)));
}

// Takes numbers and bytes from the front; what is not there makes it bad for good.
class ByteReader {
 public:
  explicit ByteReader(std::string_view rest) : rest_(rest) {}

  template <std::unsigned_integral Number>
  Number take() {
    constexpr unsigned kByteBits = 8;
    Number number = 0;
    for (const char byte : take_bytes(sizeof number))
      number = static_cast<Number>(number << kByteBits | static_cast<unsigned char>(byte));
    return number;
  }
  std::string_view take_bytes(std::size_t size) {
    good_ = good_ && size <= rest_.size();
    if (!good_) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  bool good() const { return good_; }
  // All was read, and nothing was missing.
  bool at_end() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace hanse::codec
