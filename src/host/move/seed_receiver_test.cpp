// The target's side of seeding while its disk takes its time.
#include "host/move/seed_receiver.h"

#include <doctest/doctest.h>

#include "host/move/moving_pair_for_test.h"

namespace hanse::host {
namespace {

using test_support::chunk_filled;

// A disk that is busy with each write until it is told how that ends.
class SlowDisk final : public DiskWriter {
 public:
  explicit SlowDisk(Scheduler& scheduler) : scheduler_(scheduler) {}
  const std::string& uid() const override { return uid_; }
  std::uint64_t chunk_count() const override { return test::kFakeDiskChunks; }
  Task<Status> write(std::vector<PlacedChunk> chunks) override {
    if (quick) co_return Status();
    auto [promise, ended] = make_promise<Status>(scheduler_);
    busy.push_back({chunks.at(0).index, promise});
    co_return co_await std::move(ended);
  }
  Task<Status> flush() override { co_return Status(); }

  struct Write {
    std::uint64_t index;
    Promise<Status> ends;
  };
  std::vector<Write> busy;  // all that have begun
  bool quick = false;       // instead

 private:
  Scheduler& scheduler_;
  std::string uid_ = "d1";
};

struct SlowTarget {
  test::TestRuntime world;
  test::FakeHashing hashing{world.files};
  store::MemoryChunks chunks{hashing};
  std::vector<std::unique_ptr<DiskWriter>> disks;
  SlowDisk* disk = nullptr;
  std::shared_ptr<test::MemoryPipe> to_target = std::make_shared<test::MemoryPipe>(world.loop);
  std::shared_ptr<test::MemoryPipe> to_source = std::make_shared<test::MemoryPipe>(world.loop);
  SeedStream source{world.loop,
                    std::make_unique<test::MemoryStream>(to_source, to_target, PeerIdentity(), "t")};
  SeedStream target{world.loop,
                    std::make_unique<test::MemoryStream>(to_target, to_source, PeerIdentity(), "s")};
  std::optional<Status> ended;
  std::unique_ptr<SeedReceiver> receiver;
  Scope receiving{1};

  SlowTarget() {
    auto slow = std::make_unique<SlowDisk>(world.loop);
    disk = slow.get();
    disks.push_back(std::move(slow));
    receiver = std::make_unique<SeedReceiver>(SeedParts{world.runtime, hashing, chunks}, disks);
    REQUIRE(receiving.spawn(receive()));
  }
  Task<void> receive() { ended = co_await receiver->run(target, 0); }

  void run() {
    world.loop.schedule(Seconds{1}, [] {});
    world.loop.run(Seconds{1});
  }
  void say(codec::Frame frame) {
    REQUIRE(test::complete(world.loop, source.send(std::move(frame))).value());
    run();
  }
  codec::SharedFrame hear() { return test::complete(world.loop, source.next(Seconds{30})).value().value(); }
  // A window of one chunk, with the content after the answer.
  void send_chunk(std::uint32_t window) {
    const std::string content = chunk_filled(static_cast<int>(window) + 1);
    say(to_frame(
        codec::SeedOffer{.window = window, .chunks = {{window, store::digest_of_chunk(hashing, content)}}}));
    REQUIRE(type_of(hear()) == codec::SeedFrame::want);
    codec::ZstdCompressor zstd;
    say(to_frame(codec::SeedChunks{.window = window, .chunks = {{0, zstd.compress(content)}}}));
  }
};

TEST_CASE("while a disk is written more is taken, and written one after the other") {
  SlowTarget slow;
  for (std::uint32_t window = 0; window < kMaxPlacing; ++window) slow.send_chunk(window);
  for (std::uint32_t window = 0; window < kMaxPlacing; ++window) {
    REQUIRE(slow.disk->busy.size() == window + 1);
    CHECK(slow.disk->busy.back().index == window);
    slow.disk->busy.back().ends.set(Status());
    const codec::SharedFrame frame = slow.hear();
    REQUIRE(type_of(frame) == codec::SeedFrame::written);
    CHECK(read_written(frame).value().window == window);
    slow.run();
  }
  CHECK(slow.receiver->written() == kMaxPlacing);
  slow.say(codec::seed_frame(codec::SeedFrame::done));
  REQUIRE(slow.ended);
  CHECK(*slow.ended);
  CHECK(slow.chunks.size() == kMaxPlacing);
}

TEST_CASE("a disk that cannot be written ends the seeding, whatever the source says or not") {
  SlowTarget slow;
  slow.send_chunk(0);
  slow.send_chunk(1);
  REQUIRE(slow.disk->busy.size() == 1);
  CHECK_FALSE(slow.ended);
  slow.disk->busy[0].ends.set(fail(Code::resource_exhausted, "it has no room"));
  slow.run();
  REQUIRE(slow.ended);
  CHECK(slow.ended->error().code == Code::resource_exhausted);
  CHECK(slow.receiver->written() == 0);
}

constexpr std::uint32_t kManyOffers = 100'000;

Task<void> offer_without_end(SeedStream& source, std::uint32_t& offered) {
  while (offered < kManyOffers) {
    const codec::SeedOffer offer{.window = offered, .chunks = {{0, codec::kZeroChunk}}};
    if (!co_await source.send(to_frame(offer))) co_return;
    ++offered;
  }
}

TEST_CASE("a source that reads no answers is not heard any more") {
  SlowTarget slow;
  slow.disk->quick = true;
  std::uint32_t offered = 0;
  Scope offering(1);
  REQUIRE(offering.spawn(offer_without_end(slow.source, offered)));
  slow.run();
  // What the two ways and the queue hold.
  CHECK(offered < kManyOffers / 10);
  CHECK(slow.receiver->written() > 0);
}

}  // namespace
}  // namespace hanse::host
