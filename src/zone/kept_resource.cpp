#include "zone/kept_resource.h"

#include <fmt/format.h>
#include <iterator>

namespace hanse::zone {
namespace {

// In JSON a quote inside of a string has a backslash before it, so that the first of these is a name; and the
// metadata, which has it, comes first in a resource.
constexpr std::string_view kName = "\"resourceVersion\":";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

VersionPlace find_version(std::string_view record) {
  const std::size_t name = record.find(kName);
  if (name == std::string_view::npos) return {};
  const std::size_t at = name + kName.size();
  std::size_t end = at;
  while (end < record.size() && is_digit(record[end])) ++end;
  if (end == at) return {};
  return {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)};
}

void append_with_version(std::string& text, std::string_view record, VersionPlace place,
                         store::Revision revision) {
  text += record.substr(0, place.at);
  fmt::format_to(std::back_inserter(text), "{}", revision);
  text += record.substr(place.end);
}

}  // namespace hanse::zone
