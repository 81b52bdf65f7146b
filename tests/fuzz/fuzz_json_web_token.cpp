// A token that is taken apart is the text that was given, and each of its parts has one text.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "codec/base64url.h"
#include "codec/json_web_key_set.h"
#include "codec/json_web_token.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hanse::codec;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto token = parse_json_web_token(text)) {
    if (token->signed_text + "." + to_base64url(token->signature) != text) std::abort();
    if (size > kMaxTokenBytes) std::abort();
  }
  if (const auto bytes = from_base64url(text); bytes && to_base64url(*bytes) != text) std::abort();
  if (const auto keys = parse_web_key_set(text); keys && keys->size() > kMaxWebKeys) std::abort();
  return 0;
}
