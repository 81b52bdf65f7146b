#include "io/openssl_handles.h"

#include <openssl/err.h>

namespace hanse::io {

BioHandle reading_bio(std::string_view text) {
  return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string written_text(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::string openssl_reason() {
  const unsigned long number = ERR_get_error();
  ERR_clear_error();
  const char* reason = number == 0 ? nullptr : ERR_reason_error_string(number);
  return reason == nullptr ? "unknown reason" : reason;
}

std::string to_hex(const unsigned char* bytes, std::size_t size) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * size);
  for (std::size_t i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

}  // namespace hanse::io
