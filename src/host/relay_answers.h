// RelayAnswers: the far end of a relayed move at the target: on the zone's word this host dials back and
// connects the stream to its own hypervisor.
//
// Only to an endpoint that this host told itself for a machine that it receives in that transfer: a zone, or
// who speaks as it, cannot make the host connect anywhere else. Thread: the loop. Bound: kMaxRelayAnswers.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/scope.h"
#include "http/client.h"
#include "model/host_messages.h"
#include "runtime/runtime.h"

namespace hanse::host {

inline constexpr std::size_t kMaxRelayAnswers = 64;

class RelayAnswers {
 public:
  // Whether this host receives at that endpoint in that transfer.
  using Permission = std::function<bool(const std::string& transfer, const std::string& endpoint)>;

  RelayAnswers(Runtime& runtime, http::Client& zone, Permission permission);

  void serve(model::RelayRequest request);
  std::size_t running() const { return running_.running(); }

 private:
  Task<void> answer(model::RelayRequest request);
  Task<Status> connect(model::RelayRequest request);

  Runtime& runtime_;
  Logger log_;
  http::Client& zone_;
  Permission permission_;
  Scope running_;
};

}  // namespace hanse::host
