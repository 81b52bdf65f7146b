#include "host/drivers/qemu/guest_channel_codec.h"

#include <doctest/doctest.h>

namespace hanse::host::qemu {
namespace {

TEST_CASE("heartbeats are read from pieces of any size") {
  GuestLineReader reader;
  CHECK(reader.feed("heartbeat 1 1000\nheart").size() == 1);
  const auto beats = reader.feed("beat 2 2000\n");
  REQUIRE(beats.size() == 1);
  CHECK(beats[0].sequence == 2);
  CHECK(beats[0].guest == Nanos{2000});
}

TEST_CASE("what a guest should not write is skipped, and the next line is read") {
  GuestLineReader reader;
  for (const char* bad : {"hello\n", "heartbeat\n", "heartbeat 1\n", "heartbeat x 1\n", "heartbeat 1 2 3\n",
                          "heartbeat 1 99999999999999999999\n", "\n"})
    CHECK(reader.feed(bad).empty());
  CHECK(reader.feed(std::string(100'000, 'x')).empty());
  CHECK(reader.feed("heartbeat 3 3\n").empty());  // still the long line
  CHECK(reader.feed("heartbeat 4 4\n").size() == 1);
}

}  // namespace
}  // namespace hanse::host::qemu
