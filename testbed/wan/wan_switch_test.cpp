#include "testbed/wan/wan_switch.h"

#include <cstring>
#include <doctest/doctest.h>
#include <utility>
#include <vector>

#include "tests/support/no_chance.h"

namespace hanse::testbed {
namespace {

class RecordingSink final : public FrameSink {
 public:
  void deliver(std::size_t port, FrameBytes frame) override { frames.emplace_back(port, frame.size()); }
  std::vector<std::pair<std::size_t, std::size_t>> frames;
};

MacAddress mac(std::uint8_t last) {
  return {0x02, 0x77, 0, 0, 0, last};
}
constexpr MacAddress kBroadcast{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

std::vector<std::byte> frame_of(const MacAddress& source, const MacAddress& destination, std::size_t size) {
  std::vector<std::byte> frame(kVirtioHeaderSize + size);
  std::memcpy(frame.data() + kVirtioHeaderSize, destination.data(), 6);
  std::memcpy(frame.data() + kVirtioHeaderSize + 6, source.data(), 6);
  return frame;
}

struct WanSwitchFixture {
  test::NoChance random;
  RecordingSink sink;
  WanSwitch wan{{"a", "b", "c"}, sink, random};
};

constexpr MonotonicTime at(Nanos since_start) {
  return MonotonicTime(since_start);
}

TEST_CASE("a frame goes to the port where its destination was heard, and floods before that") {
  WanSwitchFixture test;
  test.wan.receive(0, frame_of(mac(1), mac(2), 60), at(Millis{0}));
  CHECK(test.sink.frames == std::vector<std::pair<std::size_t, std::size_t>>{{1, 70}, {2, 70}});
  test.sink.frames.clear();
  test.wan.receive(1, frame_of(mac(2), mac(1), 60), at(Millis{0}));
  CHECK(test.sink.frames == std::vector<std::pair<std::size_t, std::size_t>>{{0, 70}});
  test.sink.frames.clear();
  test.wan.receive(0, frame_of(mac(1), kBroadcast, 60), at(Millis{0}));
  CHECK(test.sink.frames.size() == 2);
}

TEST_CASE("a placed address needs no flooding") {
  WanSwitchFixture test;
  test.wan.place(mac(3), 2);
  test.wan.receive(0, frame_of(mac(1), mac(3), 60), at(Millis{0}));
  CHECK(test.sink.frames == std::vector<std::pair<std::size_t, std::size_t>>{{2, 70}});
}

TEST_CASE("a delayed frame is delivered when its time has come, not before") {
  WanSwitchFixture test;
  test.wan.place(mac(2), 1);
  test.wan.set_link(0, 1, {.delay = Millis{10}});
  test.wan.receive(0, frame_of(mac(1), mac(2), 60), at(Millis{1}));
  CHECK(test.wan.next_due() == at(Millis{11}));
  test.wan.deliver_due(at(Millis{11}) - Nanos{1});
  CHECK(test.sink.frames.empty());
  test.wan.deliver_due(at(Millis{11}));
  CHECK(test.sink.frames.size() == 1);
  CHECK_FALSE(test.wan.next_due().has_value());
}

TEST_CASE("frames keep their order when a link becomes immediate") {
  WanSwitchFixture test;
  test.wan.place(mac(2), 1);
  test.wan.set_link(0, 1, {.delay = Millis{10}});
  test.wan.receive(0, frame_of(mac(1), mac(2), 100), at(Millis{0}));
  test.wan.set_link(0, 1, {});
  test.wan.receive(0, frame_of(mac(1), mac(2), 200), at(Millis{10}));
  CHECK(test.sink.frames == std::vector<std::pair<std::size_t, std::size_t>>{{1, 110}, {1, 210}});
}

TEST_CASE("one pair is cut in both directions, the others are not, and it is counted") {
  WanSwitchFixture test;
  test.wan.place(mac(1), 0);
  test.wan.place(mac(2), 1);
  test.wan.place(mac(3), 2);
  test.wan.set_link(0, 1, {.cut = true});
  test.wan.receive(0, frame_of(mac(1), mac(2), 60), at(Millis{0}));
  test.wan.receive(1, frame_of(mac(2), mac(1), 60), at(Millis{0}));
  CHECK(test.sink.frames.empty());
  CHECK(test.wan.statistics(0, 1).dropped_cut == 1);
  CHECK(test.wan.statistics(1, 0).dropped_cut == 1);
  test.wan.receive(0, frame_of(mac(1), mac(3), 60), at(Millis{0}));
  CHECK(test.sink.frames.size() == 1);
  CHECK(test.wan.statistics(0, 2).frames == 1);
  CHECK(test.wan.statistics(0, 2).bytes == 60);
}

TEST_CASE("frames on their way are bounded") {
  WanSwitchFixture test;
  test.wan.place(mac(2), 1);
  test.wan.set_link(0, 1, {.delay = Seconds{10}});
  const std::vector<std::byte> large = frame_of(mac(1), mac(2), 1 << 20);
  for (int i = 0; i < 300; ++i) test.wan.receive(0, large, at(Millis{0}));
  CHECK(test.wan.statistics(0, 1).frames == 255);
  CHECK(test.wan.statistics(0, 1).dropped_queue == 45);
}

TEST_CASE("what is no frame is ignored") {
  WanSwitchFixture test;
  test.wan.receive(0, std::vector<std::byte>(kVirtioHeaderSize + 5), at(Millis{0}));
  test.wan.receive(0, {}, at(Millis{0}));
  CHECK(test.sink.frames.empty());
}

TEST_CASE("a large segment takes on the wire what its packets take") {
  std::vector<std::byte> frame = frame_of(mac(1), mac(2), 66 + 14'480);  // 10 segments of 1448 bytes
  VirtioHeader header;
  header.segmentation = kTcp4Segmentation;
  header.segment_size = 1448;
  header.checksum_start = 34;
  std::memcpy(frame.data(), &header, sizeof header);
  frame[kVirtioHeaderSize + 34 + 12] = std::byte{0x80};  // a TCP header of 32 bytes
  CHECK(wire_size(frame) == Bytes{10 * (66 + 1448)});
  header.checksum_start = 65'000;  // beyond the frame
  std::memcpy(frame.data(), &header, sizeof header);
  CHECK(wire_size(frame) == Bytes{66 + 14'480});
}

TEST_CASE("MAC addresses are read and written") {
  CHECK(parse_mac("02:77:00:00:00:1f") == mac(0x1f));
  CHECK(to_string(mac(0x1f)) == "02:77:00:00:00:1f");
  for (const char* wrong :
       {"", "02:77:00:00:00", "02:77:00:00:00:1g", "02-77-00-00-00-1f", "02:77:00:00:00:1f:"})
    CHECK_FALSE(parse_mac(wrong).has_value());
}

TEST_CASE("the address table stops learning when it is full") {
  MacTable table;
  for (std::size_t i = 0; i <= MacTable::kMaxAddresses; ++i)
    table.learn({0x02, 0, 0, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}, 1);
  CHECK(table.find({0x02, 0, 0, 0, 0, 0}) == 1);
  CHECK_FALSE(table.find({0x02, 0, 0, 0, MacTable::kMaxAddresses >> 8, 0}).has_value());
  table.learn(kBroadcast, 1);
  CHECK_FALSE(table.find(kBroadcast).has_value());
}

}  // namespace
}  // namespace hanse::testbed
