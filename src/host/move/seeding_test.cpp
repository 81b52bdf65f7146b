// Source and target of a move as two hosts over one network: what reaches the target's disks, what is sent
// for it, and what cuts cost.
#include <doctest/doctest.h>

#include "codec/seed_frames.h"
#include "host/move/moving_pair_for_test.h"
#include "host/move/seed_receiver.h"
#include "host/move/seed_stream.h"

namespace hanse::host {
namespace {

using model::MachineGoal;
using model::MoveGoal;
using model::MoveState;
using test::FakeChunks;
using test_support::chunk_filled;
using test_support::chunks_from;
using test_support::desired;
using test_support::HostSide;
using Hosts = test_support::MovingPair;

TEST_CASE("the content of the disks is at the target before its hypervisor listens") {
  Hosts hosts;
  hosts.source.driver.contents["d1"] = chunks_from(3, 100);
  hosts.begin();
  hosts.run(Seconds{60});
  CHECK(hosts.source.move().state == MoveState::handed_over);
  CHECK(hosts.at_target() == hosts.source.driver.contents["d1"]);
  CHECK(hosts.target.move().memory_endpoint == "10.0.0.9:1");
  CHECK(hosts.sent() > 0);
  CHECK(hosts.sent() < 100 * 200);  // they compress well
  CHECK(hosts.saved() == 0);
}

TEST_CASE("zeroes and chunks that were there before, or are on their way already, are not sent") {
  Hosts hosts;
  FakeChunks content;
  for (std::uint64_t i = 0; i < 120; ++i)
    content[i] = i % 3 == 0 ? "" : i % 3 == 1 ? chunk_filled(0) : chunk_filled(7);
  hosts.source.driver.contents["d1"] = content;
  hosts.begin();
  hosts.run(Seconds{60});
  REQUIRE(hosts.source.move().state == MoveState::handed_over);
  std::erase_if(content, [](const auto& chunk) { return codec::is_all_zero(chunk.second); });
  CHECK(hosts.at_target() == content);
  CHECK(hosts.sent() < 200);
  CHECK(hosts.saved() == 119 * static_cast<std::int64_t>(codec::kChunkBytes));
}

TEST_CASE("a second machine with the same content costs only what is its own") {
  Hosts hosts;
  hosts.source.driver.contents["d1"] = chunks_from(0, 50);
  hosts.begin();
  hosts.run(Seconds{60});
  REQUIRE(hosts.source.move().state == MoveState::handed_over);
  const std::int64_t first = hosts.sent();
  // It rolls back, and tries again with one chunk more.
  hosts.source.want(Hosts::order(MoveGoal::roll_back, 1, "t1"));
  hosts.target.want(Hosts::order(MoveGoal::discard, 2, "t1"));
  hosts.run(Seconds{20});
  hosts.source.driver.contents["d1"][77] = chunk_filled(99);
  hosts.begin("t2");
  hosts.run(Seconds{60});
  REQUIRE(hosts.source.move().state == MoveState::handed_over);
  CHECK(hosts.at_target() == hosts.source.driver.contents["d1"]);
  CHECK(hosts.sent() < first / 10);
  CHECK(hosts.saved() == 50 * static_cast<std::int64_t>(codec::kChunkBytes));
}

TEST_CASE("a hypervisor's stream that breaks does not end the move: it goes on, and sends nothing twice") {
  for (const char* point : {"copy_disks", "copy_memory", "drain_disks", "send_state"}) {
    CAPTURE(point);
    Hosts hosts;
    hosts.source.driver.contents["d1"] = chunks_from(0, 100);
    hosts.source.driver.fail_next(point, Error{Code::unavailable, "the link is cut"});
    hosts.source.driver.memory_copied.sent = Bytes{1000};  // in each try
    hosts.begin();
    hosts.run(Seconds{60});
    CHECK(hosts.source.move().state == MoveState::handed_over);
    CHECK(hosts.source.move().report.memory_bytes == Bytes{2000});
    CHECK(hosts.source.move().report.cuts == 1);
    CHECK(hosts.source.driver.calls_of("break_outgoing") == 1);
    CHECK(hosts.source.driver.calls_of("freeze_disks") == 1);
    CHECK(hosts.target.driver.calls_of("prepare_incoming") == 1);
    CHECK(hosts.target.driver.calls_of("prepare_incoming_again") == 1);
    CHECK(hosts.at_target() == hosts.source.driver.contents["d1"]);
    CHECK(hosts.sent() < 100 * 200);
  }
}

TEST_CASE("a target's agent that restarts is found again at its door") {
  Hosts hosts;
  hosts.source.driver.contents["d1"] = chunks_from(0, 20);
  hosts.source.driver.hang("copy_disks");
  hosts.begin();
  hosts.run(Seconds{20});
  CHECK(hosts.source.move().state == MoveState::sending);
  hosts.target.restart_agent();
  hosts.target.want(Hosts::order(MoveGoal::receive, 2, "t1"));
  hosts.run(Seconds{10});
  CHECK(hosts.target.move().state == MoveState::ready);
  // Until the source says so nothing is done to what may be all that there is.
  CHECK(hosts.target.driver.calls_of("prepare_incoming") == 1);
  hosts.source.driver.go_on("copy_disks");
  hosts.source.driver.fail_next("copy_disks", Error{Code::unavailable, "the mirror broke"});
  hosts.source.restart_agent();
  hosts.source.want(Hosts::order(MoveGoal::send, 1, "t1"));
  hosts.run(Seconds{120});
  CHECK(hosts.source.move().state == MoveState::handed_over);
  CHECK(hosts.at_target() == hosts.source.driver.contents["d1"]);
}

TEST_CASE(
    "a source's agent that restarts begins again with what the order says, and freezes no second time") {
  Hosts hosts;
  hosts.source.driver.contents["d1"] = chunks_from(0, 20);
  hosts.source.driver.hang("copy_memory");
  hosts.begin();
  hosts.run(Seconds{20});
  hosts.source.driver.go_on("copy_memory");
  hosts.source.restart_agent();
  SUBCASE("with keys") {
    hosts.source.want(Hosts::order(MoveGoal::send, 1, "t1"));
    hosts.run(Seconds{60});
    CHECK(hosts.source.move().state == MoveState::handed_over);
    CHECK(hosts.at_target() == hosts.source.driver.contents["d1"]);
  }
  SUBCASE("without, as after a restart of the zone too") {
    hosts.source.want(test_support::move_order(MoveGoal::send, 1, "t1"));
    hosts.run(Seconds{60});
    CHECK(hosts.source.move().state == MoveState::failed);
  }
}

TEST_CASE("a target that is gone for good ends the move, not before its time") {
  Hosts hosts;
  hosts.source.driver.contents["d1"] = chunks_from(0, 20);
  hosts.source.want(desired(MachineGoal::running));
  hosts.run(Seconds{10});
  hosts.source.want(Hosts::order(MoveGoal::send, 1, "t1"));
  hosts.run(kCutPatience - Seconds{60});
  CHECK(hosts.source.move().state == MoveState::sending);
  CHECK(hosts.source.move().progress.step == model::TransferStep::waiting);
  hosts.run(Seconds{120});
  CHECK(hosts.source.move().state == MoveState::failed);
}

TEST_CASE("a target that goes for good in the middle is waited for as long, and counts as one cut") {
  Hosts hosts;
  hosts.source.driver.contents["d1"] = chunks_from(0, 20);
  hosts.source.driver.fail_next("copy_disks", Error{Code::unavailable, "the mirror broke"});
  hosts.begin();
  for (int step = 0; step < 100 && hosts.source.move().report.cuts == 0; ++step) hosts.run(Millis{200});
  REQUIRE(hosts.source.move().report.cuts == 1);
  hosts.target.machine.reset();
  hosts.run(kCutPatience - Seconds{60});
  CHECK(hosts.source.move().state == MoveState::sending);
  hosts.run(Seconds{120});
  CHECK(hosts.source.move().state == MoveState::failed);
  CHECK(hosts.source.move().report.cuts == 1);
}

TEST_CASE("a paused seeding sends nothing, is not cut, and goes on when it is let") {
  int chunks = 0;
  SUBCASE("of more windows than are compressed at once") {
    chunks = 100;
  }
  SUBCASE("of one") {
    chunks = 20;
  }
  Hosts hosts;
  hosts.source.driver.contents["d1"] = chunks_from(0, chunks);
  model::MachineDesired paused = Hosts::order(MoveGoal::send, 1, "t1");
  paused.move->limits.paused = true;
  hosts.source.want(desired(MachineGoal::running));
  hosts.target.want(Hosts::order(MoveGoal::receive, 2, "t1"));
  hosts.run(Seconds{10});
  hosts.source.want(paused);
  hosts.run(Seconds{300});
  CHECK(hosts.source.move().state == MoveState::sending);
  CHECK(hosts.source.move().report.cuts == 0);
  CHECK(hosts.at_target().empty());
  hosts.source.want(Hosts::order(MoveGoal::send, 1, "t1"));
  hosts.run(Seconds{60});
  CHECK(hosts.source.move().state == MoveState::handed_over);
}

// A source that says what it likes.
struct FalseSource {
  explicit FalseSource(Hosts& hosts) {
    hosts.target.want(Hosts::order(MoveGoal::receive, 2, "t1"));
    hosts.run(Seconds{10});
    auto connected = test::complete(
        hosts.world.loop,
        hosts.world.network.connect(parse_endpoint(test_support::kFakeSeedEndpoint).value(), {}, Seconds{1}));
    REQUIRE(connected);
    REQUIRE(*connected);
    stream = std::make_unique<SeedStream>(hosts.world.loop, std::move(**connected));
  }
  void say(Hosts& hosts, codec::Frame frame) {
    REQUIRE(test::complete(hosts.world.loop, stream->send(std::move(frame))).value());
  }
  void hello(Hosts& hosts, std::string transfer = "t1") {
    const codec::SeedHello hello{.transfer = std::move(transfer), .disks = {{"d1", test::kFakeDiskChunks}}};
    say(hosts, seed_frame(codec::SeedFrame::hello, json::dump(to_json(hello))));
  }
  codec::SeedFrame hear(Hosts& hosts) {
    const auto frame = test::complete(hosts.world.loop, stream->next(Seconds{30}));
    REQUIRE(frame);
    return *frame ? type_of(**frame) : codec::SeedFrame{};
  }
  std::unique_ptr<SeedStream> stream;
};

TEST_CASE("a source that errs, or lies, is told so and harms nobody") {
  Hosts hosts;
  FalseSource source(hosts);
  const codec::ChunkDigest digest = store::digest_of_chunk(hosts.target.hashing, chunk_filled(1));
  const auto offer = [&](std::uint32_t window, std::uint16_t disk, std::uint32_t index) {
    return to_frame(codec::SeedOffer{.window = window, .disk = disk, .chunks = {{index, digest}}});
  };
  codec::ZstdCompressor zstd;
  SUBCASE("another transfer") {
    source.hello(hosts, "t2");
    CHECK(source.hear(hosts) == codec::SeedFrame::failed);
    return;
  }
  source.hello(hosts);
  REQUIRE(source.hear(hosts) == codec::SeedFrame::welcome);
  SUBCASE("beyond the end of the disk") {
    source.say(hosts, offer(0, 0, test::kFakeDiskChunks));
  }
  SUBCASE("a disk that is not there") {
    source.say(hosts, offer(0, 1, 0));
  }
  SUBCASE("out of turn") {
    source.say(hosts, offer(1, 0, 0));
  }
  SUBCASE("chunks that nobody wants") {
    source.say(hosts, to_frame(codec::SeedChunks{.chunks = {{0, zstd.compress(chunk_filled(1))}}}));
  }
  SUBCASE("done before all is written") {
    source.say(hosts, offer(0, 0, 0));
    CHECK(source.hear(hosts) == codec::SeedFrame::want);
    source.say(hosts, codec::seed_frame(codec::SeedFrame::done));
  }
  SUBCASE("another content than its digest says") {
    source.say(hosts, offer(0, 0, 0));
    CHECK(source.hear(hosts) == codec::SeedFrame::want);
    source.say(hosts, to_frame(codec::SeedChunks{.chunks = {{0, zstd.compress(chunk_filled(2))}}}));
  }
  SUBCASE("a chunk that unpacks to more than it may") {
    source.say(hosts, offer(0, 0, 0));
    CHECK(source.hear(hosts) == codec::SeedFrame::want);
    source.say(hosts,
               to_frame(codec::SeedChunks{.chunks = {{0, zstd.compress(std::string(10'000'000, 'x'))}}}));
  }
  CHECK(source.hear(hosts) == codec::SeedFrame::failed);
  CHECK(hosts.at_target().empty());
  CHECK(hosts.target.move().state == MoveState::ready);  // for one that does not
}

TEST_CASE("who says nothing, or cannot say who he is, does not disturb the source that is at it") {
  Hosts hosts;
  FalseSource honest(hosts);
  honest.hello(hosts);
  REQUIRE(honest.hear(hosts) == codec::SeedFrame::welcome);
  FalseSource silent(hosts);
  hosts.run(Seconds{20});
  honest.say(hosts, codec::seed_frame(codec::SeedFrame::done));
  CHECK(honest.hear(hosts) == codec::SeedFrame::ready);
}

}  // namespace
}  // namespace hanse::host
