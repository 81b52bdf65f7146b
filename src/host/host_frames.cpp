#include "host/host_frames.h"

#include <algorithm>
#include <boost/json.hpp>
#include <span>

#include "runtime/timeout.h"

namespace hanse::host {
namespace {

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// By the first byte; 0 when no sequence begins with it.
std::size_t sequence_length(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte < 0x80) return 1;
  if (byte >= 0xC2 && byte <= 0xDF) return 2;
  if (byte >= 0xE0 && byte <= 0xEF) return 3;
  if (byte >= 0xF0 && byte <= 0xF4) return 4;
  return 0;
}

// The second byte decides about overlong forms, surrogates and what lies beyond U+10FFFF.
bool second_fits(char first, char second) {
  const auto lead = static_cast<unsigned char>(first);
  const auto byte = static_cast<unsigned char>(second);
  if (lead == 0xE0) return byte >= 0xA0;
  if (lead == 0xED) return byte <= 0x9F;
  if (lead == 0xF0) return byte >= 0x90;
  if (lead == 0xF4) return byte <= 0x8F;
  return true;
}

bool is_sequence(std::string_view text, std::size_t length) {
  if (length == 0 || length > text.size()) return false;
  for (std::size_t i = 1; i < length; ++i)
    if (!continues(text[i])) return false;
  return length == 1 || second_fits(text[0], text[1]);
}

}  // namespace

std::string readable(std::string text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text[at]);
    if (is_sequence(std::string_view(text).substr(at), length)) {
      at += length;
    } else {
      text[at++] = '?';
    }
  }
  return text;
}

std::size_t cut_off_bytes(const std::string& text) {
  constexpr std::size_t kLongest = 4;
  for (std::size_t back = 1; back < kLongest && back <= text.size(); ++back) {
    const char c = text[text.size() - back];
    if (continues(c)) continue;
    return sequence_length(c) > back ? back : 0;
  }
  return 0;
}

Result<std::string> encode(model::HostFrame type, const json::Value& payload) {
  return encode_text(type, json::dump(payload));
}

Result<std::string> encode_text(model::HostFrame type, std::string payload) {
  return codec::encode_frame({static_cast<std::uint8_t>(type), kFrameVersion, readable(std::move(payload))});
}

model::HostResponse answer_to(std::int64_t id, const Status& status) {
  model::HostResponse response{.id = id};
  if (status) return response;
  response.error = status.error().message;
  response.code = traits_of(status.error().code).name;
  return response;
}

Task<Result<codec::Frame>> FrameReader::next() {
  for (;;) {
    HANSE_CO_TRY(std::optional<codec::Frame> frame, decoder_.next());
    if (frame) co_return std::move(*frame);
    HANSE_CO_TRY(const std::size_t got,
                 co_await with_timeout(scheduler_, model::kHostSilence, "the zone's next frame",
                                       stream_.read_some(buffer_)));
    if (got == 0) co_return fail(Code::unavailable, "the zone has closed the stream");
    decoder_.feed(std::span(buffer_).first(got));
  }
}

}  // namespace hanse::host
