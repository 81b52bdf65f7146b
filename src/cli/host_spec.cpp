#include "cli/host_spec.h"

#include <utility>

#include "base/json.h"
#include "cli/changed_spec.h"

namespace hanse::cli {

json::Object drain_spec(std::int32_t concurrent_moves, const std::vector<std::string>& zones,
                        bool shut_down) {
  json::Object drain{{"concurrentMoves", concurrent_moves}};
  if (!zones.empty()) drain["zones"] = json::Array(zones.begin(), zones.end());
  if (shut_down) drain["shutDown"] = true;
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
