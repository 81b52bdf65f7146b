#include "cli/host_spec.h"

#include <utility>

#include "base/json.h"
#include "cli/json_lookup.h"

namespace hanse::cli {

json::Object drain_spec(std::int32_t concurrent_moves, const std::vector<std::string>& zones,
                        bool shut_down) {
  json::Object drain{{"concurrentMoves", concurrent_moves}};
  if (!zones.empty()) drain["zones"] = json::Array(zones.begin(), zones.end());
  if (shut_down) drain["shutDown"] = true;
  return drain;
}

Task<Result<json::Value>> put_host_spec(Session session, std::string path, HostWish wish) {
  HANSE_CO_TRY(const ApiAnswer known, co_await session.api.call("GET", path));
  json::Object body;
  for (const char* kept : {"labels", "annotations", "extensions"}) {
    if (const json::Value* value = find_at(known.body, std::string("/") + kept)) body[kept] = *value;
  }
  const json::Value* before = find_at(known.body, "/spec");
  json::Object spec = before != nullptr && before->is_object() ? before->as_object() : json::Object();
  spec["schedulable"] = wish.schedulable;
  spec.erase("drain");
  if (wish.drain) spec["drain"] = std::move(*wish.drain);
  body["spec"] = std::move(spec);
  HANSE_CO_TRY(ApiAnswer answer, co_await session.api.call("PUT", std::move(path), std::move(body)));
  co_return std::move(answer.body);
}

}  // namespace hanse::cli
