// Copies between two streams in both directions: what a relay does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/result.h"
#include "base/task.h"
#include "runtime/network.h"
#include "runtime/scheduler.h"

namespace hanse::http {

inline constexpr std::size_t kPipeBufferBytes = 256 * 1024;  // for each direction

struct PipeCounters {
  std::uint64_t left_to_right = 0;
  std::uint64_t right_to_left = 0;
};

// Completes when both directions have ended, or with the error of the first that failed. An end of one
// direction is handed on by shutdown_write(). Requires: `counters` outlives the task.
Task<Status> pipe_both(Scheduler& scheduler, std::unique_ptr<Stream> left, std::unique_ptr<Stream> right,
                       PipeCounters& counters);

}  // namespace hanse::http
