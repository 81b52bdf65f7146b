#include "migration/forecast.h"

#include <doctest/doctest.h>
#include <string>

namespace hanse::migration {
namespace {

MoveFacts quiet_guest() {
  MoveFacts facts{.link = {.low = {80'000'000}, .likely = {100'000'000}, .high = {120'000'000}}};
  facts.machine.memory_bytes = Bytes{200'000'000};
  facts.machine.dirty_rate = {1'000'000};
  return facts;
}

void add_samples(MoveFacts& facts, std::size_t there, std::size_t missing) {
  for (std::size_t i = 0; i < there + missing; ++i)
    facts.machine.samples.push_back({std::to_string(i), {20'000}});
  facts.samples_there = there;
  facts.samples_missing_sent = {static_cast<std::int64_t>(missing) * 20'000};
}

void check_order(const model::FigureRange& range) {
  CHECK(range.low <= range.likely);
  CHECK(range.likely <= range.high);
}

TEST_CASE("each range is in order, and bytes and time follow from memory and rate") {
  const model::TransferFigures figures = forecast(quiet_guest());
  check_order(figures.bytes);
  check_order(figures.total_ms);
  check_order(figures.blackout_ms);
  CHECK(figures.converges);
  CHECK(figures.bytes.likely > 150'000'000);
  CHECK(figures.bytes.likely < 210'000'000);
  CHECK(figures.total_ms.likely > 1'500);
  CHECK(figures.total_ms.likely < 3'000);
  CHECK(figures.basis.rate == BytesPerSecond{100'000'000});
}

TEST_CASE("snapshots that go with it count, from nothing to all of them") {
  MoveFacts facts = quiet_guest();
  const model::TransferFigures without = forecast(facts);
  facts.snapshots = Bytes{1'000'000'000};
  const model::TransferFigures with = forecast(facts);
  CHECK(with.bytes.low == without.bytes.low);
  CHECK(with.bytes.likely == without.bytes.likely + 500'000'000);
  CHECK(with.bytes.high == without.bytes.high + 1'000'000'000);
  CHECK(with.total_ms.likely == without.total_ms.likely + 5'000);
  CHECK(with.blackout_ms.likely == without.blackout_ms.likely);
  CHECK(with.basis.snapshot_bytes == facts.snapshots);
}

TEST_CASE(
    "a guest that dirties memory faster than the link carries it does not converge, and ends all the same") {
  MoveFacts facts = quiet_guest();
  facts.machine.dirty_rate = {300'000'000};
  const model::TransferFigures figures = forecast(facts);
  CHECK_FALSE(figures.converges);
  CHECK(figures.bytes.likely > 400'000'000);
  check_order(figures.total_ms);
}

TEST_CASE("in a post-copy such a guest is moved in two passes and what is left, and hardly stands still") {
  MoveFacts facts = quiet_guest();
  facts.machine.dirty_rate = {300'000'000};
  const model::TransferFigures slowed = forecast(facts);
  facts.streams.post_copy = true;
  const model::TransferFigures followed = forecast(facts);
  CHECK_FALSE(followed.converges);
  CHECK(followed.bytes.likely < slowed.bytes.likely);
  CHECK(followed.blackout_ms.likely <= slowed.blackout_ms.likely);
  facts.machine.dirty_rate = {1'000'000};
  CHECK(forecast(facts).converges);
}

TEST_CASE("a limit of the rate lengthens the move, one of the blackout bounds what memory adds to it") {
  MoveFacts facts = quiet_guest();
  const std::int64_t free = forecast(facts).total_ms.likely;
  facts.limits.max_rate = {10'000'000};
  CHECK(forecast(facts).total_ms.likely > 5 * free);
  facts.limits.max_rate.reset();
  facts.machine.dirty_rate = {50'000'000};
  facts.limits.max_blackout_ms = 10'000;
  const std::int64_t long_stop = forecast(facts).blackout_ms.likely;
  facts.limits.max_blackout_ms = 20;
  CHECK(forecast(facts).blackout_ms.likely < long_stop);
}

TEST_CASE("of the disks only what the target lacks is sent, as the samples show it") {
  MoveFacts facts;
  facts.mode = model::TransferMode::cold;
  facts.link.likely = facts.link.low = facts.link.high = {100'000'000};
  facts.machine.disk_bytes = {std::int64_t{64} << 30};
  SUBCASE("nothing is missing") {
    add_samples(facts, 64, 0);
    CHECK(forecast(facts).basis.missing_percent == 0);
    CHECK(forecast(facts).bytes.likely < (std::int64_t{64} << 20));  // what is offered has to be named
  }
  SUBCASE("a half is missing") {
    add_samples(facts, 32, 32);
    const model::TransferFigures figures = forecast(facts);
    CHECK(figures.basis.missing_percent == 50);
    const double content =
        static_cast<double>(figures.bytes.likely) / static_cast<double>(std::int64_t{64} << 30);
    CHECK(content == doctest::Approx(0.5 * 20'000 / 65'536).epsilon(0.01));
    check_order(figures.bytes);
    CHECK(figures.bytes.low < figures.bytes.likely);
  }
  CHECK(forecast(facts).blackout_ms.high == 0);  // it is stopped anyway
}

TEST_CASE("an image counts as its sample says it is sent, which a small one says exactly") {
  MoveFacts facts;
  facts.mode = model::TransferMode::cold;
  facts.link.likely = facts.link.low = facts.link.high = {100'000'000};
  facts.image = {1'000'000'000};
  SUBCASE("nothing is known of it") {
    const model::FigureRange bytes = forecast(facts).bytes;
    CHECK(bytes.low < 100'000'000);
    CHECK(bytes.likely == 400'000'000);
    CHECK(bytes.high == 1'000'000'000);
  }
  SUBCASE("a few chunks") {
    facts.image_sample = {.chunks = 25, .content = {6'000'000}, .sent = {1'500'000}};
    const model::TransferFigures figures = forecast(facts);
    CHECK(figures.bytes == model::FigureRange{200'000'000, 250'000'000, 300'000'000});
    CHECK(figures.total_ms.likely >= 2'500);
    CHECK(figures.total_ms.likely < 3'500);
  }
  SUBCASE("all chunks") {
    facts.image_sample = {.chunks = 25, .all = true, .content = {6'000'000}, .sent = {1'500'000}};
    CHECK(forecast(facts).bytes == model::FigureRange{250'000'000, 250'000'000, 250'000'000});
  }
  SUBCASE("what does not compress is never more than it is") {
    facts.image_sample = {.chunks = 25, .content = {6'000'000}, .sent = {5'900'000}};
    CHECK(forecast(facts).bytes.high == 1'000'000'000);
  }
}

TEST_CASE("a small disk is sampled whole, so its share is exact") {
  MoveFacts facts;
  facts.mode = model::TransferMode::cold;
  facts.link.likely = facts.link.low = facts.link.high = {100'000'000};
  facts.machine.disk_bytes = {10 * model::kSampleSize.value};
  add_samples(facts, 10, 0);
  const model::TransferFigures figures = forecast(facts);
  CHECK(figures.bytes.low == figures.bytes.high);
}

TEST_CASE("a machine with neither memory nor disks, and a link of which nothing is known, break nothing") {
  for (const auto mode : {model::TransferMode::live, model::TransferMode::warm, model::TransferMode::cold}) {
    const model::TransferFigures figures = forecast({.mode = mode});
    check_order(figures.total_ms);
    CHECK(figures.bytes.high >= 0);
  }
}

TEST_CASE("earlier moves say what the link carries, if they sent enough and were not cut") {
  std::vector<model::TransferReport> moves;
  CHECK_FALSE(link_of_moves(moves));
  moves.push_back({.memory_ms = 10, .memory_bytes = {1'000}});
  moves.push_back({.memory_ms = 1000, .memory_bytes = {50'000'000}, .cuts = 1});
  CHECK_FALSE(link_of_moves(moves));
  moves.push_back({.memory_ms = 1000, .memory_bytes = {50'000'000}});
  moves.push_back({.memory_ms = 1000, .memory_bytes = {60'000'000}});
  moves.push_back({.memory_ms = 1000, .memory_bytes = {70'000'000}});
  const auto link = link_of_moves(moves);
  REQUIRE(link);
  CHECK(link->likely == BytesPerSecond{60'000'000});
  CHECK(link->low < BytesPerSecond{50'000'000});
  CHECK(link->high > BytesPerSecond{70'000'000});
}

}  // namespace
}  // namespace hanse::migration
