// Any bytes are an event stream; the pieces they come in must not matter, and what was read can be written.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "codec/server_sent_events.h"

namespace {

using namespace hanse::codec;

std::vector<ServerSentEvent> read(std::string_view text, std::size_t piece) {
  EventDecoder decoder;
  std::vector<ServerSentEvent> out;
  for (std::size_t i = 0; i < text.size(); i += piece) {
    if (!decoder.feed(text.substr(i, piece))) return out;
    while (auto event = decoder.next()) out.push_back(*event);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::vector<ServerSentEvent> whole = read(text, text.size());
  if (whole != read(text, data[0] + std::size_t{1})) std::abort();
  for (const ServerSentEvent& event : whole) {
    if (read(encode_event(event), 1) != std::vector{event}) std::abort();
  }
  return 0;
}
