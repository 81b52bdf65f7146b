// The source's side of seeding, with a target that lies.
#include "host/move/seed_sender.h"

#include <doctest/doctest.h>

#include "host/move/moving_pair_for_test.h"

namespace hanse::host {
namespace {

using test_support::chunk_filled;
using test_support::chunks_from;

struct FalseTarget {
  test::TestRuntime world;
  test::FakeHashing hashing{world.files};
  store::MemoryChunks chunks{hashing};
  std::shared_ptr<test::MemoryPipe> to_target = std::make_shared<test::MemoryPipe>(world.loop);
  std::shared_ptr<test::MemoryPipe> to_source = std::make_shared<test::MemoryPipe>(world.loop);
  SeedStream stream{world.loop,
                    std::make_unique<test::MemoryStream>(to_target, to_source, PeerIdentity(), "s")};
  LimitGate gate{world.runtime, {}};
  std::optional<Result<IncomingEndpoints>> ended;
  std::unique_ptr<SeedSender> sender;
  Scope sending{1};

  explicit FalseTarget(int count = 1, const test::FakeChunks& content = {{0, chunk_filled(1)}}) {
    std::vector<std::unique_ptr<DiskReader>> disks;
    for (int i = 0; i < count; ++i)
      disks.push_back(std::make_unique<test::FakeReader>("d" + std::to_string(i + 1), content));
    sender =
        std::make_unique<SeedSender>(SeedParts{world.runtime, hashing, chunks}, "t1", std::move(disks), gate);
    REQUIRE(sending.spawn(send()));
    REQUIRE(type_of(hear()) == codec::SeedFrame::hello);
    say(seed_frame(codec::SeedFrame::welcome, json::dump(to_json(codec::SeedWelcome{.incarnation = "i1"}))));
    REQUIRE(type_of(hear()) == codec::SeedFrame::offer);
  }
  Task<void> send() {
    ended = co_await sender->run(
        std::make_unique<test::MemoryStream>(to_source, to_target, PeerIdentity(), "t"), SeedPass::last);
  }
  void say(codec::Frame frame) {
    REQUIRE(test::complete(world.loop, stream.send(std::move(frame))).value());
    world.loop.schedule(Seconds{1}, [] {});
    world.loop.run(Seconds{1});
  }
  codec::SharedFrame hear() { return test::complete(world.loop, stream.next(Seconds{30})).value().value(); }
};

TEST_CASE("a target that errs, or lies, ends the stream with the reason") {
  FalseTarget target;
  const codec::SeedWant want{.window = 0, .wanted = {true}};
  std::string reason;
  SUBCASE("it wants of a window more than once") {
    target.say(to_frame(want));
    CHECK(type_of(target.hear()) == codec::SeedFrame::chunks);
    CHECK_FALSE(target.ended);
    target.say(to_frame(want));
    reason = "twice";
  }
  SUBCASE("it wants of a window that was not offered") {
    target.say(to_frame(codec::SeedWant{.window = 1, .wanted = {true}}));
    reason = "not offered";
  }
  SUBCASE("it wants more than was offered") {
    target.say(to_frame(codec::SeedWant{.window = 0, .wanted = {true, true}}));
    reason = "not offered";
  }
  SUBCASE("it has written what was not offered") {
    target.say(to_frame(codec::SeedWritten{1}));
    reason = "out of turn";
  }
  SUBCASE("it is ready before its time") {
    target.say(seed_frame(codec::SeedFrame::ready, json::dump(to_json(codec::SeedReady{}))));
    reason = "before its time";
  }
  REQUIRE(target.ended);
  REQUIRE_FALSE(target.ended->has_value());
  CHECK(target.ended->error().code == Code::invalid_argument);
  CHECK(target.ended->error().message.find(reason) != std::string::npos);
}

TEST_CASE("a target that does not read what it says is written is offered no more") {
  constexpr int kDisks = 16;
  FalseTarget target(kDisks, chunks_from(0, test::kFakeDiskChunks));
  for (std::uint32_t window = 0; window < kDisks * codec::kMaxOpenWindows && !target.ended; ++window) {
    const std::vector<bool> all(codec::kWindowChunks, true);
    target.say(to_frame(codec::SeedWant{.window = window, .wanted = all}));
    if (!target.ended) target.say(to_frame(codec::SeedWritten{window}));
  }
  REQUIRE(target.ended);
  REQUIRE_FALSE(target.ended->has_value());
  // Its own word is out of turn before what is sent has waited for too long.
  CHECK(target.ended->error().message.find("not offered") != std::string::npos);
}

}  // namespace
}  // namespace hanse::host
