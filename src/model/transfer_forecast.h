// What can be said of a move before anything moves: what stands against it, and what it will take.
#pragma once

#include <boost/describe.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/units.h"
#include "model/compute.h"
#include "model/transfer_mode.h"

namespace hanse::model {

// Something that stands against the move, and at which zone. Both zones are asked, and each tells all that it
// finds; it may have more to say once that is gone.
struct TransferObstacle {
  std::string zone;
  std::string reason;  // with the remedy where there is one
  bool operator==(const TransferObstacle&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransferObstacle, (), (zone, reason))
HANSE_DECLARE_JSON(TransferObstacle);

// A figure that is not known exactly: it lies most probably between low and high.
struct FigureRange {
  std::int64_t low = 0;
  std::int64_t likely = 0;
  std::int64_t high = 0;
  bool operator==(const FigureRange&) const = default;
};
BOOST_DESCRIBE_STRUCT(FigureRange, (), (low, likely, high))
HANSE_DECLARE_JSON(FigureRange);

// How the rate of the link is known: from earlier moves to the same place, from a few bytes sent for it, or
// not at all.
enum class RateBasis { moves, probe, guess };
BOOST_DESCRIBE_ENUM(RateBasis, moves, probe, guess)

// What the figures were reckoned from.
struct ForecastBasis {
  Bytes memory_bytes;                // that the guest has touched
  BytesPerSecond dirty_rate;         // of its memory
  BytesPerSecond write_rate;         // of its disks
  Bytes disk_bytes;                  // that the disks have of their own
  Bytes snapshot_bytes;              // that the snapshots are on their host, compressed
  std::int32_t missing_percent = 0;  // of them, that the target lacks, by a sample
  std::int32_t sampled_chunks = 0;
  BytesPerSecond rate;
  RateBasis rate_basis = RateBasis::guess;
  std::int64_t round_trip_us = 0;
  bool operator==(const ForecastBasis&) const = default;
};
BOOST_DESCRIBE_STRUCT(ForecastBasis, (),
                      (memory_bytes, dirty_rate, write_rate, disk_bytes, snapshot_bytes, missing_percent,
                       sampled_chunks, rate, rate_basis, round_trip_us))
HANSE_DECLARE_JSON(ForecastBasis);

struct TransferFigures {
  FigureRange bytes;  // image, disks and memory, as they are sent
  FigureRange total_ms;
  FigureRange blackout_ms;
  // Else the guest dirties memory as fast as the link carries it: it is slowed down, or its memory follows
  // it.
  bool converges = true;
  ForecastBasis basis;
  bool operator==(const TransferFigures&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransferFigures, (), (bytes, total_ms, blackout_ms, converges, basis))
HANSE_DECLARE_JSON(TransferFigures);

// Without obstacles it would begin now; only the next moment may bring others.
struct TransferForecast {
  TransferMode mode = TransferMode::automatic;  // that it would have; automatic: none is possible
  std::string mode_reason;
  std::vector<TransferObstacle> obstacles;
  std::optional<TransferFigures> figures;  // absent where there is an obstacle, or why is in `unknown`
  std::string unknown;
  std::optional<Hardware> hardware;  // that it boots on at the target, where it is another than it has
  bool operator==(const TransferForecast&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransferForecast, (), (mode, mode_reason, obstacles, figures, unknown, hardware))
HANSE_DECLARE_JSON(TransferForecast);

}  // namespace hanse::model
