// Whatever a hypervisor says, whose guest may have taken it over: the pieces it comes in must not matter, nor
// for what is wrong.
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "codec/qmp.h"

namespace {

using namespace hanse::codec;

std::string text_of(const QmpMessage& message) {
  if (const auto* greeting = std::get_if<QmpGreeting>(&message))
    return "greeting " + std::to_string(greeting->major) + (greeting->out_of_band ? " oob" : "");
  if (const auto* event = std::get_if<QmpEvent>(&message))
    return "event " + event->name + boost::json::serialize(event->data);
  const auto& reply = std::get<QmpReply>(message);
  return "reply " + std::to_string(reply.id) +
         (reply.result ? boost::json::serialize(*reply.result) : reply.result.error().message);
}

// The messages, and at the end what was wrong.
std::vector<std::string> read(std::string_view text, std::size_t piece) {
  QmpDecoder decoder;
  std::vector<std::string> said;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    std::vector<QmpMessage> messages;
    const auto fed = decoder.feed(text.substr(at, piece), messages);
    for (const QmpMessage& message : messages) said.push_back(text_of(message));
    if (!fed) {
      said.push_back(fed.error().message);
      break;
    }
  }
  return said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (read(text, text.size()) != read(text, data[0] + std::size_t{1})) std::abort();
  return 0;
}
