// What a move will take, reckoned from what was measured of the guest, its disks and the link.
//
// Memory is sent in rounds, as pre-copy does: while one is sent the guest dirties what the next has to send,
// until the rest goes within the blackout that is allowed (Clark et al., Live Migration of Virtual Machines,
// NSDI 2005, section 3). Each figure is reckoned three times, with the facts at their best, as measured, and
// at their worst. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/machine_measure.h"
#include "model/transfer.h"

namespace hanse::migration {

// What is known of the way to the target.
struct LinkFacts {
  BytesPerSecond low;
  BytesPerSecond likely;
  BytesPerSecond high;
  model::RateBasis basis = model::RateBasis::guess;
  Micros round_trip{0};
};

// What earlier moves to the same place took.
struct PastMoves {
  std::vector<double> other_ms;  // beside sending and the blackout
  std::vector<double> blackout_ms;
};

// A few chunks of the files of an image.
struct ImageSample {
  std::size_t chunks = 0;  // 0: nothing is known of them
  bool all = false;        // there are no more
  Bytes content;
  Bytes sent;  // what they are on the wire
  bool operator==(const ImageSample&) const = default;
};

struct MoveFacts {
  model::TransferMode mode = model::TransferMode::live;
  model::MachineMeasure machine;
  std::size_t samples_there = 0;  // of machine.samples, at the target
  Bytes samples_missing_sent;     // what those that are not there are when they are sent
  Bytes image;                    // that the target's zone lacks, and fetches first
  ImageSample image_sample;
  Bytes snapshots;  // that go with it, as they are on their host
  LinkFacts link;
  PastMoves past;
  model::TransferLimits limits;
  model::StreamOptions streams;
  bool copy = false;  // of the disks alone
};

model::TransferFigures forecast(const MoveFacts& facts);

// From the newest first: the rates at which `moves` have sent memory. Nothing when none has sent enough to
// tell.
std::optional<LinkFacts> link_of_moves(const std::vector<model::TransferReport>& moves);

}  // namespace hanse::migration
