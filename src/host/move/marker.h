// MoveMarker: the host's own durable note that a move of a machine has begun, so that an agent that restarts
// in the middle knows the difference between an order that is new and one whose streams it has lost.
//
// One small JSON file for each machine under way, <folder>/<uid>.json; without a folder there are none, for
// hosts that take no part in moves. Thread: the loop. Failure: those of
// Files.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "runtime/files.h"

namespace hanse::host {

struct MoveMarker {
  std::int32_t version = 1;
  std::string transfer;
  std::string seed_endpoint;    // target: where the agent listens
  std::string memory_endpoint;  // and, when the disks have been seeded, the hypervisor
  std::string disk_endpoint;
  bool handed_over = false;  // source: of a machine that does not run, which says so itself
  bool switch_ready =
      false;  // source of a post-copy: paused and drained, which may be the zone's commit point
  bool operator==(const MoveMarker&) const = default;
};
BOOST_DESCRIBE_STRUCT(MoveMarker, (),
                      (version, transfer, seed_endpoint, memory_endpoint, disk_endpoint, handed_over,
                       switch_ready))
HANSE_DECLARE_JSON(MoveMarker);

class MoveMarkers {
 public:
  MoveMarkers(Files& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  // Nothing when no move of this machine is under way. Errors: data_loss when the file is damaged.
  Task<Result<std::optional<MoveMarker>>> read(std::string uid);
  Task<Status> write(std::string uid, MoveMarker marker);
  Task<Status> remove(std::string uid);

 private:
  std::string path(const std::string& uid) const { return folder_ + "/" + uid + ".json"; }

  Files& files_;
  std::string folder_;
};

}  // namespace hanse::host
