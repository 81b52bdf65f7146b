#include "host/move/move_progress.h"

#include <cmath>
#include <optional>

namespace hanse::host {
namespace {

using model::TransferStep;

// Fewer bytes tell more of round trips than of the link.
constexpr Bytes kTellsOfLink{std::int64_t{4} << 20};

BytesPerSecond rate_over(Bytes moved, Nanos time) {
  const double seconds = std::chrono::duration<double>(time).count();
  if (seconds <= 0) return {};
  return {static_cast<std::int64_t>(static_cast<double>(moved.value) / seconds)};
}

// Absent: not known.
std::optional<double> seconds_for(Bytes left, BytesPerSecond rate) {
  if (left.value <= 0) return 0;
  if (rate.value <= 0) return std::nullopt;
  return static_cast<double>(left.value) / static_cast<double>(rate.value);
}

struct Pace {
  BytesPerSecond content;      // of the disks, as the target gets it
  BytesPerSecond wire;         // what is sent
  bool tells_of_link = false;  // that the link carries no more
};

Pace pace_of(const MoveFigures& now, const SeedFigures& before, TransferStep step, Nanos in_step) {
  switch (step) {
    case TransferStep::seed: {
      const Bytes sent = now.seed.sent - before.sent;
      return {.content = rate_over(now.seed.settled - before.settled, in_step),
              .wire = rate_over(sent, in_step),
              .tells_of_link = sent >= kTellsOfLink};
    }
    case TransferStep::disk:
      return {
          .content = now.disk.rate, .wire = now.disk.rate, .tells_of_link = now.disk.sent >= kTellsOfLink};
    case TransferStep::waiting:
      return {};
    default:
      return {.content = now.memory.rate, .wire = now.memory.rate, .tells_of_link = true};
  }
}

}  // namespace

model::TransferProgress progress_of(const MoveFigures& now, const SeedFigures& before, TransferStep step,
                                    Nanos in_step) {
  const Pace pace = pace_of(now, before, step, in_step);
  const Bytes disks_left = now.seed.total - now.seed.settled + now.disk.remaining;
  model::TransferProgress progress{.step = step,
                                   .disk_bytes = now.seed.sent + now.disk.sent,
                                   .memory_bytes = now.memory.sent,
                                   .remaining_bytes = disks_left + now.memory.remaining,
                                   .rate = pace.wire};
  const std::int64_t done = now.seed.settled.value + now.disk.sent.value + now.memory.sent.value;
  const std::int64_t known = done + progress.remaining_bytes.value;
  if (known > 0) progress.percent = static_cast<std::int32_t>(done * 100 / known);
  const auto disks = seconds_for(disks_left, pace.content);
  const auto memory = seconds_for(now.memory.remaining, pace.tells_of_link ? pace.wire : BytesPerSecond());
  if (disks && memory && step != TransferStep::waiting)
    progress.remaining_seconds = std::llround(std::ceil(*disks + *memory));
  return progress;
}

}  // namespace hanse::host
