#include "host/move/move_progress.h"

#include <doctest/doctest.h>

namespace hanse::host {
namespace {

using model::TransferStep;

constexpr Bytes mebi(std::int64_t count) {
  return {count << 20};
}

constexpr BytesPerSecond mebi_a_second(std::int64_t count) {
  return {count << 20};
}

TEST_CASE("of a move without memory the disks are all that there is") {
  const MoveFigures half{.seed = {.total = mebi(200), .settled = mebi(100), .sent = mebi(40)}};
  const auto progress = progress_of(half, {}, TransferStep::seed, Seconds{10});
  CHECK(progress.percent == 50);
  CHECK(progress.remaining_bytes == mebi(100));
  CHECK(progress.rate == mebi_a_second(4));
  CHECK(progress.remaining_seconds == 10);
}

TEST_CASE("what the target has already does not make the rest seem long") {
  // Hardly anything is sent, and 90 of 100 MiB are settled in nine seconds.
  const MoveFigures figures{.seed = {.total = mebi(100), .settled = mebi(90), .sent = Bytes{1000}}};
  CHECK(progress_of(figures, {}, TransferStep::seed, Seconds{9}).remaining_seconds == 1);
}

TEST_CASE("what is left of memory is not reckoned from a link of which nothing is known") {
  MoveFigures figures{.seed = {.total = mebi(100), .settled = mebi(90), .sent = Bytes{1000}},
                      .memory = {.remaining = mebi(500)}};
  CHECK_FALSE(progress_of(figures, {}, TransferStep::seed, Seconds{9}).remaining_seconds);
  figures.seed.sent = mebi(90);
  CHECK(progress_of(figures, {}, TransferStep::seed, Seconds{9}).remaining_seconds == 51);
}

TEST_CASE("after a cut the pace is that since the step began anew") {
  const SeedFigures before{.total = mebi(100), .settled = mebi(80), .sent = mebi(80)};
  const MoveFigures figures{.seed = {.total = mebi(100), .settled = mebi(85), .sent = mebi(85)}};
  const auto progress = progress_of(figures, before, TransferStep::seed, Seconds{5});
  CHECK(progress.rate == mebi_a_second(1));
  CHECK(progress.remaining_seconds == 15);
}

TEST_CASE("while memory is sent its rate counts, also for what the guest has written") {
  const MoveFigures figures{.seed = {.total = mebi(50), .settled = mebi(50), .sent = mebi(50)},
                            .disk = {.sent = mebi(10), .remaining = mebi(10)},
                            .memory = {.sent = mebi(40), .remaining = mebi(90), .rate = mebi_a_second(10)}};
  const auto progress = progress_of(figures, {}, TransferStep::memory, Seconds{4});
  CHECK(progress.percent == 50);
  CHECK(progress.remaining_seconds == 10);
}

TEST_CASE("one that waits has no rate, and nobody knows for how long") {
  const MoveFigures figures{.memory = {.sent = mebi(1), .remaining = mebi(1), .rate = mebi_a_second(1)}};
  const auto progress = progress_of(figures, {}, TransferStep::waiting, Seconds{4});
  CHECK(progress.rate == BytesPerSecond());
  CHECK_FALSE(progress.remaining_seconds);
}

}  // namespace
}  // namespace hanse::host
