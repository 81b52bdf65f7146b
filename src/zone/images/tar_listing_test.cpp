#include "zone/images/tar_listing.h"

#include <doctest/doctest.h>

namespace hanse::zone {
namespace {

TEST_CASE("a listing tells names and sizes") {
  const auto listing = read_tar_listing(
      "drwxr-xr-x 0/0               0 2026-11-30 18:52 ./\n"
      "-rwsr-xr-x 1000/7           30 2026-11-30 18:52 ./a b/\\303\\244\\\\x\\n\n"
      "crw-r--r-- 0/0             1,3 2026-11-30 18:52 dev/null\n"
      "d--------- 0/0              12 2026-11-30 18:52 /d/\n");
  REQUIRE_MESSAGE(listing.has_value(), listing.error().message);
  CHECK(listing->names == std::set<std::string>{"", "a b/\xc3\xa4\\x\n", "dev/null", "d/"});
  CHECK(listing->entries == 4);
  CHECK(listing->size == Bytes{42});
}

TEST_CASE("a size that cannot be counted is refused") {
  const std::string most = "-rw-r--r-- 0/0 9223372036854775807 2026-11-30 18:52 a\n";
  CHECK(read_tar_listing(most).has_value());
  CHECK_FALSE(read_tar_listing(most + "-rw-r--r-- 0/0 1 2026-11-30 18:52 b\n").has_value());
  CHECK_FALSE(read_tar_listing("-rw-r--r-- 0/0 9223372036854775808 2026-11-30 18:52 a\n").has_value());
  CHECK_FALSE(read_tar_listing("-rw-r--r-- 0/0 -1 2026-11-30 18:52 a\n").has_value());
  CHECK_FALSE(read_tar_listing("something else\n").has_value());
}

}  // namespace
}  // namespace hanse::zone
