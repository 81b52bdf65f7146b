// How a move sends, as users say it: options of migrate, drain and evacuate.
#pragma once

#include <cstdint>
#include <optional>

#include "base/units.h"
#include "model/transfer_streams.h"

namespace hanse::cli {

struct SendOptions {
  std::optional<std::int64_t> max_rate;  // bytes a second; 0: no limit
  std::int32_t streams = 1;
  bool compress = false;
  bool post_copy = false;
};

// Absent: no limit.
std::optional<BytesPerSecond> max_rate_of(const SendOptions& options);
model::StreamOptions streams_of(const SendOptions& options);

}  // namespace hanse::cli
