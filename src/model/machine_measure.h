// What a host measures of a machine for the forecast of its move.
#pragma once

#include <boost/describe.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/units.h"

namespace hanse::model {

inline constexpr std::size_t kMaxChunkSamples = 64;
inline constexpr Bytes kSampleSize{64 << 10};

// One chunk of a disk, drawn at random.
struct ChunkSample {
  std::string digest;  // SHA-256, hexadecimal
  Bytes sent;          // what it is when it is sent
  bool operator==(const ChunkSample&) const = default;
};
BOOST_DESCRIBE_STRUCT(ChunkSample, (), (digest, sent))
HANSE_DECLARE_JSON(ChunkSample);

struct MachineMeasure {
  Bytes memory_bytes;         // that the guest has touched; 0: it does not run
  BytesPerSecond dirty_rate;  // of its memory, each page counted once in a second
  BytesPerSecond write_rate;  // of its disks
  Bytes disk_bytes;           // that the disks have of their own, without zeroes
  std::vector<ChunkSample> samples;
  bool operator==(const MachineMeasure&) const = default;
};
BOOST_DESCRIBE_STRUCT(MachineMeasure, (), (memory_bytes, dirty_rate, write_rate, disk_bytes, samples))
HANSE_DECLARE_JSON(MachineMeasure);

}  // namespace hanse::model
