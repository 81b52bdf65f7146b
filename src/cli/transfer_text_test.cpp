#include "cli/transfer_text.h"

#include <doctest/doctest.h>
#include <string>
#include <string_view>

#include "base/json.h"
#include "model/transfer.h"

namespace hanse::cli {
namespace {

using model::Transfer;
using model::TransferMode;
using model::TransferPhase;

Transfer completed(TransferMode mode) {
  Transfer transfer{.spec = {.instance = "web", .target_zone = "b"}};
  transfer.status.phase = TransferPhase::completed;
  transfer.status.source_zone = "a";
  transfer.status.mode = mode;
  transfer.status.report = model::TransferReport{.blackout_ms = 71, .total_ms = 3420};
  return transfer;
}

std::string report(const Transfer& transfer) {
  return transfer_report(to_json(transfer));
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("the report tells of a blackout or an outage only where the mode has one") {
  CHECK(has(report(completed(TransferMode::live)), "\n  blackout  71 ms by QEMU\n"));
  const std::string warm = report(completed(TransferMode::warm));
  CHECK(has(warm, "\n  outage    71 ms from its shutdown to its start; then it boots\n"));
  CHECK_FALSE(has(warm, "QEMU"));
  const std::string cold = report(completed(TransferMode::cold));
  CHECK_FALSE(has(cold, "blackout"));
  CHECK_FALSE(has(cold, "outage"));
  Transfer copy = completed(TransferMode::warm);
  copy.spec.copy = "web2";
  CHECK_FALSE(has(report(copy), "outage"));
}

TEST_CASE("a blackout that is not known is said to be so") {
  for (const auto& [mode, title] :
       {std::pair{TransferMode::live, "  blackout  "}, {TransferMode::warm, "  outage    "}}) {
    Transfer transfer = completed(mode);
    transfer.status.report->blackout_ms.reset();
    transfer.status.forecast = model::TransferFigures{.total_ms = {900, 1000, 2000}};
    const std::string text = report(transfer);
    CHECK(has(text, title + std::string("not known: the clocks of the two hosts are apart")));
    CHECK(has(text, "  forecast  0 B (0 B to 0 B) in 1.00 s (900 ms to 2.00 s); it was 0 B in 3.42 s\n"));
  }
}

TEST_CASE("streams and compression are told of only where memory was sent") {
  Transfer transfer = completed(TransferMode::live);
  transfer.spec.streams = {.count = 4, .compression = model::Compression::zstd};
  CHECK(has(report(transfer), "path      automatic, 4 streams, memory compressed by zstd\n"));
  // Asked for with mode auto, which came to warm.
  transfer.status.mode = TransferMode::warm;
  CHECK(report(transfer).ends_with("path      automatic\n"));
}

TEST_CASE("the end of a move that was undone says what was, what is and what comes next") {
  Transfer transfer = completed(TransferMode::cold);
  transfer.metadata.name = "t1";
  transfer.status.phase = TransferPhase::rolled_back;
  transfer.status.failure = "the disk is full";
  CHECK(
      transfer_outcome(to_json(transfer)).error().message ==
      "the move of 'web' to 'b' was rolled back: the disk is full\n"
      "  now   'web' stays in zone 'a', stopped as before\n"
      "  next  the same command begins anew, and sends only what the target's host has not kept; see 'hanse "
      "describe transfer t1'");
  transfer.status.phase = TransferPhase::cancelled;
  transfer.spec.copy = "web2";
  CHECK(transfer_outcome(to_json(transfer)).error().message ==
        "the copy of 'web' to 'b' was cancelled\n"
        "  now   'web' stays in zone 'a' as it is, and there is no copy\n"
        "  next  the same command begins anew, and sends only what the target's host has not kept");
  transfer.status.phase = TransferPhase::refused;
  CHECK(has(transfer_outcome(to_json(transfer)).error().message,
            "nothing has moved: the disk is full\n  next  "));
}

}  // namespace
}  // namespace hanse::cli
