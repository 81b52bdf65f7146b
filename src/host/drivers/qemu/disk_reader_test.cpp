#include "host/drivers/qemu/disk_reader.h"

#include <doctest/doctest.h>

namespace hanse::host::qemu {
namespace {

TEST_CASE("the map of a disk tells its own clusters, neighbours as one, and leaves out its base's") {
  const auto ranges = read_disk_map(R"([
{ "start": 0, "length": 65536, "depth": 1, "present": true, "zero": false, "data": true, "compressed": false, "offset": 327680},
{ "start": 65536, "length": 131072, "depth": 0, "present": true, "zero": false, "data": true, "compressed": false, "offset": 327680},
{ "start": 196608, "length": 65536, "depth": 0, "present": true, "zero": false, "data": true, "compressed": false, "offset": 458752},
{ "start": 262144, "length": 65536, "depth": 0, "present": true, "zero": false, "data": true, "compressed": false, "offset": 1048576},
{ "start": 327680, "length": 131072, "depth": 0, "present": true, "zero": true, "data": false, "compressed": false},
{ "start": 458752, "length": 65536, "depth": 0, "present": false, "zero": true, "data": false, "compressed": false}])");
  REQUIRE(ranges);
  CHECK(*ranges ==
        std::vector<MappedRange>{{{1, 3, false}, 327680}, {{4, 1, false}, 1048576}, {{5, 2, true}, 0}});
  CHECK(read_disk_map("[]").value().empty());
}

TEST_CASE("a map that is no map, or of other clusters, is refused") {
  for (const char* text :
       {"", "{}", "[1]",
        R"([{"start": 512, "length": 65536, "depth": 0, "present": true, "data": true, "offset": 0}])",
        R"([{"start": 0, "length": 4096, "depth": 0, "present": true, "data": true, "offset": 0}])",
        R"([{"start": 0, "length": 65536, "depth": 0, "present": true, "data": true}])"}) {
    CAPTURE(text);
    CHECK_FALSE(read_disk_map(text));
  }
}

}  // namespace
}  // namespace hanse::host::qemu
