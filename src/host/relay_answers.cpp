#include "host/relay_answers.h"

#include <algorithm>
#include <utility>

#include "http/pipe.h"

namespace hanse::host {
namespace {

constexpr Nanos kAnswerConnectLimit = Seconds{5};

// The id becomes part of a request's path.
bool is_id(const std::string& id) {
  constexpr std::size_t kLongest = 128;
  return !id.empty() && id.size() <= kLongest && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

RelayAnswers::RelayAnswers(Runtime& runtime, http::Client& zone, Permission permission)
    : runtime_(runtime),
      log_(runtime.log, "relay"),
      zone_(zone),
      permission_(std::move(permission)),
      running_(kMaxRelayAnswers) {}

void RelayAnswers::serve(model::RelayRequest request) {
  if (!is_id(request.id) || !permission_(request.transfer, request.endpoint)) {
    log_.error("the zone asks for a stream of transfer '{}' to {}, where this host receives nothing; refused",
               request.transfer, request.endpoint);
    return;
  }
  if (!running_.spawn(answer(std::move(request))))
    log_.warning("this host answers {} relayed streams already; one more is refused", kMaxRelayAnswers);
}

Task<void> RelayAnswers::answer(model::RelayRequest request) {
  const Status ended = co_await connect(request);
  if (!ended)
    log_.warning("a relayed stream of transfer '{}' has ended: {}", request.transfer, ended.error().message);
}

// The zone first: the memory's end takes one connection and no second, and an id may be out of date.
Task<Status> RelayAnswers::connect(model::RelayRequest request) {
  HANSE_CO_TRY(const Endpoint endpoint, parse_endpoint(request.endpoint));
  HANSE_CO_TRY(std::unique_ptr<Stream> far,
               co_await zone_.upgrade({.target = "/providers/hanse.host/v1/relays/" + request.id},
                                      model::kRelayProtocol));
  HANSE_CO_TRY(std::unique_ptr<Stream> near,
               co_await runtime_.network.connect(endpoint, std::nullopt, kAnswerConnectLimit));
  http::PipeCounters counters;
  co_return co_await http::pipe_both(runtime_.scheduler, std::move(far), std::move(near), counters);
}

}  // namespace hanse::host
