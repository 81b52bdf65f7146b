// Answers the zone's requests about moves that are to come: what a machine here does within a while and what
// its disks are like, and which chunks of another's disks this host has.
//
// Thread: the loop; reading, hashing and compressing run on the blocking executor. Bound: kMaxMeasures under
// way; beyond them resource_exhausted is answered.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/scope.h"
#include "host/driver.h"
#include "host/move/seed_sender.h"
#include "model/host_messages.h"

namespace hanse::host {

inline constexpr std::size_t kMaxMeasures = 8;

class MeasureRequests {
 public:
  using Answer = std::function<void(model::HostResponse)>;

  MeasureRequests(SeedParts parts, Driver& driver, Answer answer);

  void serve(model::HostRequest request);

 private:
  Task<void> run(model::HostRequest request);
  Task<Result<model::MachineMeasure>> measure(std::string uid, Nanos watch);
  Task<Result<std::vector<model::ChunkSample>>> sample(std::string uid, Bytes& disk_bytes);
  Task<Result<std::vector<std::string>>> find(std::vector<std::string> digests);

  SeedParts parts_;
  Driver& driver_;
  Answer answer_;
  Scope running_;  // declared last: destroyed first
};

}  // namespace hanse::host
