#include "cli/api_client.h"

#include <boost/json.hpp>

#include "cli/json_lookup.h"
#include "cli/kinds.h"

namespace hanse::cli {

Task<Result<std::vector<boost::json::value>>> list_all(ApiClient& client, std::string path,
                                                       std::string query) {
  std::vector<boost::json::value> items;
  std::string token;
  do {
    std::string target = fmt::format("{}?limit={}", path, kPageSize);
    if (!query.empty()) target += "&" + query;
    if (!token.empty()) target += "&skipToken=" + percent_encode(token);
    HANSE_CO_TRY(ApiAnswer answer, co_await client.call("GET", target));
    boost::json::value* page =
        answer.body.is_object() ? answer.body.get_object().if_contains("items") : nullptr;
    if (page == nullptr || !page->is_array()) {
      co_return fail(Code::internal, "the answer to GET {} has no items; is this a zone of Hanse?", path);
    }
    for (boost::json::value& item : page->get_array()) items.push_back(std::move(item));
    if (items.size() > kMaxListed) {
      co_return fail(Code::resource_exhausted, "{} has more than {} entries; choose by labels with -l", path,
                     kMaxListed);
    }
    token = text_at(answer.body, "/metadata/skipToken");
  } while (!token.empty());
  co_return items;
}

}  // namespace hanse::cli
