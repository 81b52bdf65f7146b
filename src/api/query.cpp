#include "api/query.h"

#include <charconv>

namespace hanse::api {
namespace {

constexpr char kSeenHeader[] = "if-unmodified-since";

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

tl::unexpected<Error> fail_parameter(std::string name, std::string message) {
  return fail(Error{Code::invalid_argument, std::move(message), {{{}, std::move(name)}}});
}

Result<std::optional<std::int64_t>> number_parameter(const codec::Query& query, const std::string& name,
                                                     NumberRange range) {
  const auto found = query.find(name);
  if (found == query.end()) return std::nullopt;
  const auto number = whole_number(found->second);
  if (!number || *number < range.least || *number > range.most) {
    return fail_parameter(
        name, fmt::format("{} must be a whole number from {} to {}", name, range.least, range.most));
  }
  return number;
}

Result<bool> flag_parameter(const codec::Query& query, const std::string& name) {
  const auto found = query.find(name);
  if (found == query.end() || found->second == "false") return false;
  if (found->second == "true") return true;
  return fail_parameter(name, fmt::format("{} must be true or false", name));
}

std::string text_parameter(const codec::Query& query, const std::string& name) {
  const auto found = query.find(name);
  return found == query.end() ? std::string() : found->second;
}

Result<std::optional<std::int64_t>> seen_version(const http::Request& request) {
  const auto header = request.headers.find(kSeenHeader);
  if (!header) return std::nullopt;
  const auto version = whole_number(*header);
  if (!version) {
    return fail_parameter(
        kSeenHeader,
        fmt::format("{} must be the resourceVersion that was read, a whole number", kSeenHeader));
  }
  return version;
}

Result<zone::ListRequest> list_request(const codec::Query& query, zone::ResourceId scope, std::size_t most) {
  const NumberRange range{1, static_cast<std::int64_t>(most)};
  HANSE_TRY(const auto limit, number_parameter(query, "limit", range));
  zone::ListRequest request{.scope = std::move(scope),
                            .labels = text_parameter(query, "labels"),
                            .skip_token = text_parameter(query, "skipToken")};
  if (limit) request.limit = static_cast<std::size_t>(*limit);
  HANSE_CHECK(model::matches_selector({}, request.labels));  // also wrong when there is nothing to match
  return request;
}

}  // namespace hanse::api
