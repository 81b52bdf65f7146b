// AgentLock: one agent for one data folder. It holds a unix socket there; whoever finds that socket answering
// does not start.
//
// A socket that an agent left when it died answers nothing, so there is nothing to clear away. Two agents
// that start in the same moment may miss each other; the zone refuses the stream of the second. Lifecycle: as
// long as the agent. Thread: the loop. Failure of take(): already_exists; those of Network.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/scope.h"
#include "runtime/runtime.h"

namespace hanse::host {

class AgentLock {
 public:
  AgentLock(Runtime& runtime, std::string socket) : runtime_(runtime), socket_(std::move(socket)) {}

  Task<Status> take();

 private:
  Task<void> answer_all(std::unique_ptr<Listener> listener);

  Runtime& runtime_;
  std::string socket_;
  Scope answering_;
};

}  // namespace hanse::host
