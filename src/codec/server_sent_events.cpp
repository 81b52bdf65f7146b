#include "codec/server_sent_events.h"

#include <utility>

namespace hanse::codec {
namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (const char c : value) out += (c == '\r' || c == '\n') ? ' ' : c;
  out += '\n';
}

// Calls back with each line of `text`; CR, LF and CRLF end a line.
template <class Callback>
void for_each_line(std::string_view text, Callback callback) {
  for (;;) {
    const std::size_t end = text.find_first_of("\r\n");
    callback(text.substr(0, end));
    if (end == std::string_view::npos) return;
    const bool both = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
    text.remove_prefix(end + (both ? 2 : 1));
  }
}

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::string encode_event(const ServerSentEvent& event) {
  std::string out;
  if (!event.id.empty()) append_field(out, "id", event.id);
  if (!event.event.empty()) append_field(out, "event", event.event);
  for_each_line(event.data, [&](std::string_view line) { append_field(out, "data", line); });
  return out += '\n';
}

std::string encode_event_comment(std::string_view text) {
  std::string out;
  append_field(out, "", text);
  return out += '\n';
}

Status EventDecoder::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (std::exchange(after_carriage_return_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    const std::string_view piece = bytes.substr(0, end);
    if (line_.size() + piece.size() + event_.data.size() > limit_) {
      return fail(Code::resource_exhausted, "an event is larger than {} bytes", limit_);
    }
    line_.append(piece);
    if (end == std::string_view::npos) return {};
    after_carriage_return_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    take_line(line_);
    line_.clear();
  }
  return {};
}

void EventDecoder::take_line(std::string_view line) {
  if (std::exchange(at_start_, false) && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (line.empty()) {
    if (has_data_) ready_.push_back(event_);
    has_data_ = false;
    event_.event.clear();
    event_.data.clear();
    return;
  }
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    if (std::exchange(has_data_, true)) event_.data += '\n';
    event_.data += value;
  } else if (name == "event") {
    event_.event = value;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    event_.id = value;
  }
}

std::optional<ServerSentEvent> EventDecoder::next() {
  if (ready_.empty()) return std::nullopt;
  ServerSentEvent event = std::move(ready_.front());
  ready_.pop_front();
  return event;
}

}  // namespace hanse::codec
