// StreamPaths: how the source's hypervisor reaches the target's. Directly where the target's host answers,
// else through a relay whose near end is a pair of unix sockets here.
//
// Lifecycle: the sockets of a relay stay open until the OpenPath is destroyed. Thread: the loop.
// Failure: unavailable when neither way works, naming both reasons.
#pragma once

#include <memory>

#include "base/result.h"
#include "base/task.h"
#include "host/driver.h"
#include "model/host_protocol.h"

namespace hanse::host {

class OpenPath {
 public:
  virtual ~OpenPath() = default;
  virtual IncomingEndpoints endpoints() const = 0;
  virtual model::StreamPath kind() const = 0;
};

class StreamPaths {
 public:
  virtual ~StreamPaths() = default;
  virtual Task<Result<std::unique_ptr<OpenPath>>> open(model::MoveOrder order) = 0;
};

}  // namespace hanse::host
