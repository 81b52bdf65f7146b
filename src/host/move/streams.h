// StreamPaths: how the source's agent and hypervisor reach the target's. Directly where the target's host
// answers, else through a relay whose near ends are unix sockets here.
//
// Lifecycle: the sockets of a relay stay open until the OpenPath is destroyed. Thread: the loop.
// Failure: unavailable when neither way works, naming both reasons.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "host/driver.h"
#include "model/host_protocol.h"

namespace hanse::host {

class OpenPath {
 public:
  virtual ~OpenPath() = default;
  // Where the target's agent takes the content of the disks.
  virtual std::string seed_endpoint() const = 0;
  // How the hypervisor reaches what the target's agent has told. Errors: permission_denied when that is not
  // at the target's host.
  virtual Result<IncomingEndpoints> endpoints(const IncomingEndpoints& told) const = 0;
  virtual model::StreamPath kind() const = 0;
};

class StreamPaths {
 public:
  virtual ~StreamPaths() = default;
  virtual Task<Result<std::unique_ptr<OpenPath>>> open(model::MoveOrder order) = 0;
};

}  // namespace hanse::host
