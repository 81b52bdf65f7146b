#include "placement/near_names.h"

#include <doctest/doctest.h>

namespace hanse::placement {
namespace {

using Names = std::vector<std::string>;

TEST_CASE("a slip of a letter or two is near, in any case of the letters") {
  const Names known{"Berlin", "Bern", "Paris", "warsaw", "Dublin"};
  CHECK(near_names("Berlln", known) == Names{"Berlin"});
  CHECK(near_names("berlin", known) == Names{"Berlin"});
  CHECK(near_names("Warsw", known) == Names{"warsaw"});
  CHECK(near_names("Brlin", known) == Names{"Berlin"});
  CHECK(near_names("Bwrn", known) == Names{"Bern"});
  CHECK(near_names("Reykjavik", known).empty());
  CHECK(near_names("", known).empty());
}

TEST_CASE("of several the nearest count, and not too many of them") {
  const Names known{"aaaabb", "aaaaae", "aaaaad", "aaaaac", "aaaaab"};
  CHECK(near_names("aaaaaa", known) == Names{"aaaaab", "aaaaac", "aaaaad"});
  CHECK(near_names("aaaaab", known) == Names{"aaaaab"});
  CHECK(near_names(std::string(kMaxComparedName + 1, 'a'), {std::string(kMaxComparedName, 'a')}).empty());
}

}  // namespace
}  // namespace hanse::placement
