#include "cli/changed_spec.h"

#include <utility>

#include "cli/json_lookup.h"

namespace hanse::cli {

Task<Result<json::Value>> put_changed_spec(Session session, std::string path,
                                           std::function<Status(json::Object&)> change) {
  HANSE_CO_TRY(const ApiAnswer known, co_await session.api.call("GET", path));
  json::Object body;
  for (const char* kept : {"labels", "annotations", "extensions"}) {
    if (const json::Value* value = find_at(known.body, std::string("/") + kept)) body[kept] = *value;
  }
  const json::Value* before = find_at(known.body, "/spec");
  json::Object spec = before != nullptr && before->is_object() ? before->as_object() : json::Object();
  HANSE_CO_CHECK(change(spec));
  body["spec"] = std::move(spec);
  HANSE_CO_TRY(ApiAnswer answer, co_await session.api.call("PUT", std::move(path), std::move(body)));
  co_return std::move(answer.body);
}

}  // namespace hanse::cli
