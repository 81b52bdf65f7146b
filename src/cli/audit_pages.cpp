#include "cli/audit_pages.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "cli/json_lookup.h"
#include "cli/kinds.h"

namespace hanse::cli {

Task<Status> read_audit(ApiClient& client, std::string query, std::int64_t after, TakeAuditRecord take) {
  std::string token = after > 0 ? std::to_string(after) : "";
  do {
    std::string target = fmt::format("{}?limit={}", kAuditPath, kPageSize);
    if (!query.empty()) target += "&" + query;
    if (!token.empty()) target += "&skipToken=" + percent_encode(token);
    HANSE_CO_TRY(const ApiAnswer answer, co_await client.call("GET", target));
    const boost::json::value* items = find_at(answer.body, "/items");
    if (items == nullptr || !items->is_array())
      co_return fail(Code::internal, "the answer to GET {} has no items; is this a zone of Hanse?", target);
    for (const boost::json::value& item : items->get_array()) HANSE_CO_CHECK(take(item));
    token = text_at(answer.body, "/metadata/skipToken");
  } while (!token.empty());
  co_return Status();
}

}  // namespace hanse::cli
