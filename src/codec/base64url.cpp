#include "codec/base64url.h"

#include <algorithm>
#include <boost/beast/core/detail/base64.hpp>

namespace hanse::codec {

namespace base64 = boost::beast::detail::base64;

std::string to_base64url(std::string_view bytes) {
  std::string text(base64::encoded_size(bytes.size()), '\0');
  text.resize(base64::encode(text.data(), bytes.data(), bytes.size()));
  while (text.ends_with('=')) text.pop_back();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string standard(text);
  std::replace(standard.begin(), standard.end(), '-', '+');
  std::replace(standard.begin(), standard.end(), '_', '/');
  std::string bytes(base64::decoded_size(standard.size() + 3), '\0');
  bytes.resize(base64::decode(bytes.data(), standard.data(), standard.size()).first);
  // Padding, other alphabets, characters that end the decoder and bits that it drops all show here.
  if (to_base64url(bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace hanse::codec
