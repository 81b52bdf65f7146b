#include "store/frame_file.h"

#include <doctest/doctest.h>

#include "tests/support/store_fixture.h"

namespace hanse::store {
namespace {

std::string frame_of(std::size_t size, char with) {
  return std::string(size, with);
}

TEST_CASE("frames are what they were, whether the page cache was used or not") {
  const test_support::TemporaryFolder folder;
  const std::string path = folder.file("frames");
  FrameFile file;
  REQUIRE(file.open(path, 1 << 20));
  const std::string first = frame_of(1, 'a');
  const std::string second = frame_of(kFrameSlot, 'b');
  const std::string third = frame_of(kFrameSlot + 1, 'c');
  for (const PageCache cache : {PageCache::bypassed, PageCache::used, PageCache::bypassed}) {
    REQUIRE(file.write(0, {first, second, third}, cache));
    CHECK(file.read(0, first.size()).value() == first);
    CHECK(file.read(kFrameSlot, second.size()).value() == second);
    CHECK(file.read(2 * kFrameSlot, third.size()).value() == third);
    // Over some of them, and what lies beside stays.
    REQUIRE(file.write(kFrameSlot, {third}, cache));
    CHECK(file.read(kFrameSlot, third.size()).value() == third);
    CHECK(file.read(0, first.size()).value() == first);
  }
  REQUIRE(file.write(0, {}, PageCache::bypassed));
  file.close();
  REQUIRE(file.open(path, 1 << 20));
  CHECK(file.read(kFrameSlot, third.size()).value() == third);
  CHECK(file.read(4 * kFrameSlot, 1).error().code == Code::data_loss);
}

}  // namespace
}  // namespace hanse::store
