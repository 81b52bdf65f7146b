// SeedStream: the stream of a seeding as frames, with limits to how long the other side may be silent.
//
// Thread: the loop; one reader and one writer at a time. Failure: unavailable (the stream has ended),
// deadline_exceeded, invalid_argument (what came is no frame of a seeding).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "codec/seed_frames.h"
#include "runtime/network.h"
#include "runtime/scheduler.h"

namespace hanse::host {

// Within it every frame gets through, and the other side answers; the slowest link that is of use sends a
// window's chunks in it.
inline constexpr Nanos kSeedSilence = Seconds{60};

class SeedStream {
 public:
  SeedStream(Scheduler& scheduler, std::unique_ptr<Stream> stream);

  // Without a limit it waits for ever: the other side may be paused.
  Task<Result<codec::SharedFrame>> next(std::optional<Nanos> limit);
  Task<Status> send(codec::SharedFrame frame);

 private:
  Task<Result<std::size_t>> read_some(std::optional<Nanos> limit);
  Task<Status> write(codec::SharedFrame frame);

  Scheduler& scheduler_;
  std::unique_ptr<Stream> stream_;
  codec::FrameDecoder decoder_;
};

// Of a frame that is JSON. Errors: invalid_argument.
template <class T>
Result<T> read_seed_json(const codec::SharedFrame& frame) {
  HANSE_TRY(const json::Value value, json::parse(frame.payload.view()));
  return json::from_json<T>(value);
}

inline codec::SeedFrame type_of(const codec::SharedFrame& frame) {
  return static_cast<codec::SeedFrame>(frame.type);
}

}  // namespace hanse::host
