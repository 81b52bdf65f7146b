#include "api/paging.h"

#include <algorithm>

#include "api/query.h"
#include "api/resource_routes.h"

namespace hanse::api {

Result<http::Reply> page_reply(const codec::Query& query, std::vector<std::string> items) {
  HANSE_TRY(const auto page, list_request(query, {}));
  HANSE_TRY(const auto skip, number_parameter(query, "skipToken", {}));
  const std::size_t begin = std::min(items.size(), static_cast<std::size_t>(skip.value_or(0)));
  const std::size_t end = std::min(items.size(), begin + page.limit);
  const std::string next = end < items.size() ? std::to_string(end) : std::string();
  std::vector<std::string> shown(std::make_move_iterator(items.begin() + static_cast<std::ptrdiff_t>(begin)),
                                 std::make_move_iterator(items.begin() + static_cast<std::ptrdiff_t>(end)));
  return http::Reply(list_response(shown, next));
}

}  // namespace hanse::api
