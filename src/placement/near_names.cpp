#include "placement/near_names.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace hanse::placement {
namespace {

// A slip in a short word, two in a longer one.
std::size_t allowed_changes(std::string_view name) {
  constexpr std::size_t kShort = 4;
  return name.size() <= kShort ? 1 : 2;
}

bool same(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

// Levenshtein's distance, a row at a time.
std::size_t changes(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = diagonal + (same(from[i - 1], to[j - 1]) ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row[to.size()];
}

}  // namespace

std::vector<std::string> near_names(std::string_view name, const std::vector<std::string>& known) {
  std::vector<std::pair<std::size_t, std::string>> found;
  if (name.size() > kMaxComparedName) return {};
  for (const std::string& candidate : known) {
    if (candidate.size() > kMaxComparedName) continue;
    const std::size_t distance = changes(name, candidate);
    if (distance <= allowed_changes(name)) found.emplace_back(distance, candidate);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> names;
  for (auto& [distance, candidate] : found) {
    if (names.size() < kMaxNearNames && distance == found.front().first)
      names.push_back(std::move(candidate));
  }
  return names;
}

}  // namespace hanse::placement
