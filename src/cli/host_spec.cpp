#include "cli/host_spec.h"

#include <utility>

#include "base/json.h"
#include "cli/changed_spec.h"

namespace hanse::cli {

json::Object drain_spec(const MoveOptions& moves, const std::vector<std::string>& zones) {
  json::Object drain{{"concurrentMoves", moves.concurrent}};
  if (!zones.empty()) drain["zones"] = json::Array(zones.begin(), zones.end());
  if (moves.shut_down) drain["shutDown"] = true;
  if (const auto rate = max_rate_of(moves.send)) drain["maxRate"] = rate->value;
  const model::StreamOptions streams = streams_of(moves.send);
  if (streams != model::StreamOptions()) drain["streams"] = to_json(streams);
  return drain;
}

Task<Result<json::Value>> put_host_spec(Session session, std::string path, HostWish wish) {
  co_return co_await put_changed_spec(session, std::move(path), [&wish](json::Object& spec) -> Status {
    spec["schedulable"] = wish.schedulable;
    spec.erase("drain");
    if (wish.drain) spec["drain"] = std::move(*wish.drain);
    return {};
  });
}

}  // namespace hanse::cli
