// Server-sent events (the WHATWG's text/event-stream): encoding one event, decoding a stream step by step.
//
// Errors of the decoder: resource_exhausted when one event is larger than its limit.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hanse::codec {

struct ServerSentEvent {
  std::string id = {};     // what to give as Last-Event-ID to resume behind this event
  std::string event = {};  // empty: "message"
  std::string data = {};
  bool operator==(const ServerSentEvent&) const = default;
};

// Line breaks in id and event become spaces; data may have any number of lines.
std::string encode_event(const ServerSentEvent& event);
// A line that readers ignore; keeps a connection alive.
std::string encode_event_comment(std::string_view text);

class EventDecoder {
 public:
  static constexpr std::size_t kDefaultLimit = 4 << 20;
  explicit EventDecoder(std::size_t limit = kDefaultLimit) : limit_(limit) {}

  Status feed(std::string_view bytes);
  // The next complete event; the id of one that has none is that of the one before.
  std::optional<ServerSentEvent> next();

 private:
  void take_line(std::string_view line);

  std::size_t limit_;
  std::string line_;
  bool after_carriage_return_ = false;
  bool at_start_ = true;
  bool has_data_ = false;
  ServerSentEvent event_;
  std::deque<ServerSentEvent> ready_;
};

}  // namespace hanse::codec
