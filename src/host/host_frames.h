// The frames of the host's stream as bytes, see docs/protocols/host_stream.md. Pure, but for FrameReader.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "codec/frames.h"
#include "model/host_messages.h"
#include "runtime/network.h"
#include "runtime/scheduler.h"

namespace hanse::host {

inline constexpr std::uint8_t kFrameVersion = 1;

// Bytes that are no UTF-8, as a guest may write them to its console, become '?'. Errors: resource_exhausted.
Result<std::string> encode(model::HostFrame type, const json::Value& payload);
// Of a payload that is text already.
Result<std::string> encode_text(model::HostFrame type, std::string payload);

// Each byte that belongs to no UTF-8 sequence becomes '?', so that offsets stay what they are.
std::string readable(std::string text);
// How many bytes at the end of the text begin a UTF-8 sequence that is not complete.
std::size_t cut_off_bytes(const std::string& text);

// The answer to a request of the zone, with the error if there is one.
model::HostResponse answer_to(std::int64_t id, const Status& status);

// Reads frames from a stream that must not be silent for long. Requires: the stream outlives it.
class FrameReader {
 public:
  FrameReader(Scheduler& scheduler, Stream& stream) : scheduler_(scheduler), stream_(stream) {}

  // Errors: unavailable (the stream has ended), deadline_exceeded (silent for kHostSilence),
  // resource_exhausted (a frame above the limit).
  Task<Result<codec::Frame>> next();

 private:
  Scheduler& scheduler_;
  Stream& stream_;
  codec::FrameDecoder decoder_;
  // Small: a process may stand for many hosts, and a frame may be longer than this.
  std::array<std::byte, 2 * 1024> buffer_{};
};

}  // namespace hanse::host
