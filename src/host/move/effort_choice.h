// EffortChoice: how hard chunks are compressed for the link that they go over: well, as long as the link is
// slower than that, and hardly at all on one that would wait for the processor.
//
// Thread: the loop. Failure: none.
#pragma once

#include <chrono>

#include "base/units.h"
#include "codec/zstd.h"

namespace hanse::host {

// What a core compresses in a second, roughly, whatever it is; a link that takes more is faster than it.
inline constexpr BytesPerSecond kFastLink{300'000'000};
// What is looked at together: a link's own buffers, which take some megabytes at once, must not pass for its
// rate. What is sent before the first look is compressed well.
inline constexpr Bytes kEffortPeriod{32 << 20};

class EffortChoice {
 public:
  // So much was taken by the link within `time`.
  void note_sent(Bytes bytes, Nanos time) {
    bytes_ += bytes;
    time_ += time;
    if (bytes_ < kEffortPeriod) return;
    const double seconds = std::chrono::duration<double>(time_).count();
    const bool fast = static_cast<double>(bytes_.value) > seconds * static_cast<double>(kFastLink.value);
    effort_ = fast ? codec::ZstdEffort::quick : codec::ZstdEffort::small;
    bytes_ = {};
    time_ = {};
  }
  codec::ZstdEffort effort() const { return effort_; }

 private:
  Bytes bytes_;  // of this period
  Nanos time_{0};
  codec::ZstdEffort effort_ = codec::ZstdEffort::small;
};

}  // namespace hanse::host
