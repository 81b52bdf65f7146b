// For tests of moves between two hosts over one network: source and target, each with an agent and a driver
// of states.
#pragma once

#include <cstdint>
#include <string>

#include "host/host_side_for_test.h"

namespace hanse::host::test_support {

using test::FakeChunks;

inline std::string chunk_filled(int number) {
  return std::string(codec::kChunkBytes, static_cast<char>(number));
}

// `count` chunks, each another; neighbours, from `first` on.
inline FakeChunks chunks_from(std::uint64_t first, int count) {
  FakeChunks chunks;
  for (int i = 0; i < count; ++i) chunks[first + static_cast<std::uint64_t>(i)] = chunk_filled(i + 1);
  return chunks;
}

struct MovingPair {
  test::TestRuntime world;
  HostSide source{world, "source"};
  HostSide target{world, "target"};

  static model::MachineDesired order(model::MoveGoal goal, std::int64_t epoch, const std::string& transfer) {
    model::MachineDesired wanted = test_support::move_order(goal, epoch, transfer);
    wanted.move->credentials.key_pem = "key";
    return wanted;
  }
  void run(Nanos time) {
    world.loop.schedule(time, [] {});
    world.loop.run(time);
  }
  void begin(const std::string& transfer = "t1") {
    source.want(desired(model::MachineGoal::running));
    target.want(order(model::MoveGoal::receive, 2, transfer));
    run(Seconds{10});
    source.want(order(model::MoveGoal::send, 1, transfer));
  }
  // What was written to the disk, without what came out as zeroes.
  FakeChunks at_target() {
    FakeChunks content = target.driver.written["d1"];
    std::erase_if(content, [](const auto& chunk) { return codec::is_all_zero(chunk.second); });
    return content;
  }
  std::int64_t sent() const { return source.move().report.seed_bytes.value; }
  std::int64_t saved() const { return source.move().report.saved_bytes.value; }
};

}  // namespace hanse::host::test_support
