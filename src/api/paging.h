// A page of a list that is short and in memory as a whole: skipToken is the position of the next item.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "codec/url.h"
#include "http/handler.h"

namespace hanse::api {

// The items as JSON texts. Errors: invalid_argument for limit or skipToken.
Result<http::Reply> page_reply(const codec::Query& query, std::vector<std::string> items);

}  // namespace hanse::api
