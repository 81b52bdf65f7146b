// Whatever the server of a disk says, nothing beyond what was read is taken for its words, and sizes stay
// within their limit.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "codec/nbd.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hanse::codec::nbd;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.size() >= kGreetingBytes) static_cast<void>(check_greeting(text.substr(0, kGreetingBytes)));
  if (text.size() >= kReplyBytes) static_cast<void>(read_reply(text.substr(0, kReplyBytes)));
  if (text.size() < kOptionReplyBytes) return 0;
  const auto head = read_option_head(text.substr(0, kOptionReplyBytes));
  if (!head) return 0;
  if (head->data > kMaxOptionData) std::abort();
  static_cast<void>(read_export_size(text.substr(kOptionReplyBytes, head->data), 1));
  return 0;
}
