// Reads query parameters and headers of a request. Errors: invalid_argument naming the parameter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "base/result.h"
#include "http/message.h"
#include "zone/frontend.h"

namespace hanse::api {

struct NumberRange {
  std::int64_t least = 0;
  std::int64_t most = INT64_MAX;
};

tl::unexpected<Error> fail_parameter(std::string name, std::string message);

// Nothing when the parameter is not there.
Result<std::optional<std::int64_t>> number_parameter(const codec::Query& query, const std::string& name,
                                                     NumberRange range);
// False when it is not there.
Result<bool> flag_parameter(const codec::Query& query, const std::string& name);
std::string text_parameter(const codec::Query& query, const std::string& name);

// if-unmodified-since: the resourceVersion that the caller has seen.
Result<std::optional<std::int64_t>> seen_version(const http::Request& request);

// limit, skipToken and labels.
Result<zone::ListRequest> list_request(const codec::Query& query, zone::ResourceId scope,
                                       std::size_t most = zone::kMaxPage);

}  // namespace hanse::api
