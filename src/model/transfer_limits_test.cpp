#include "model/transfer_limits.h"

#include <cstdint>
#include <doctest/doctest.h>
#include <utility>
#include <vector>

#include "model/transfer.h"

namespace hanse::model {
namespace {

TEST_CASE("a change of limits leaves what it does not name") {
  TransferLimits limits{.max_rate = BytesPerSecond{1'000'000}, .max_blackout_ms = 50};
  limits = apply({.paused = true}, limits);
  CHECK(limits == TransferLimits{true, BytesPerSecond{1'000'000}, 50});
  limits = apply({.max_rate = BytesPerSecond{2'000'000}}, limits);
  CHECK(limits == TransferLimits{true, BytesPerSecond{2'000'000}, 50});
  limits = apply({.paused = false, .max_rate = BytesPerSecond{0}, .max_blackout_ms = 300}, limits);
  CHECK(limits == TransferLimits{false, std::nullopt, 300});
}

TEST_CASE("limits out of range are refused with the field") {
  const auto refused_at = [](const TransferLimits& limits) -> std::string {
    const Status checked = check(limits, "/spec/limits");
    return checked ? "" : checked.error().sources.at(0).pointer;
  };
  CHECK(refused_at({}).empty());
  CHECK(refused_at({true, kLeastRate, 1}).empty());
  CHECK(refused_at({false, kHighestRate, kMaxBlackoutMs}).empty());
  CHECK(refused_at({.max_rate = BytesPerSecond{kLeastRate.value - 1}}) == "/spec/limits/maxRate");
  CHECK(refused_at({.max_rate = BytesPerSecond{kHighestRate.value + 1}}) == "/spec/limits/maxRate");
  CHECK(refused_at({.max_blackout_ms = 0}) == "/spec/limits/maxBlackoutMs");
  CHECK(refused_at({.max_blackout_ms = kMaxBlackoutMs + 1}) == "/spec/limits/maxBlackoutMs");
}

TEST_CASE("a deadline is a number of seconds that lies ahead") {
  Transfer transfer{.spec = {.instance = "web", .target_zone = "south", .deadline_seconds = 60}};
  CHECK(check(transfer));
  transfer.spec.deadline_seconds = 0;
  CHECK_FALSE(check(transfer));
  transfer.spec.deadline_seconds = kLongestDeadlineSeconds + 1;
  CHECK_FALSE(check(transfer));
}

TEST_CASE("memory follows a guest only in a live move, in one stream that is not compressed") {
  Transfer transfer;
  transfer.spec = {.instance = "web", .target_zone = "b", .streams = {.post_copy = true}};
  CHECK(check(transfer));
  const auto refused_at = [&](const char* pointer) {
    const Status refused = check(transfer);
    return !refused && refused.error().sources.at(0).pointer == pointer;
  };
  for (const TransferMode mode : {TransferMode::warm, TransferMode::cold}) {
    transfer.spec.mode = mode;
    CHECK(refused_at("/spec/streams/postCopy"));
  }
  transfer.spec.mode = TransferMode::live;
  transfer.status.mode = TransferMode::live;
  CHECK(check(transfer));
  CHECK(may_post_copy(transfer));
  transfer.spec.streams.count = 2;
  CHECK(refused_at("/spec/streams/postCopy"));
  transfer.spec.streams = {.compression = Compression::zstd, .post_copy = true};
  CHECK(refused_at("/spec/streams/postCopy"));
  transfer.spec = {.instance = "web", .target_zone = "b", .streams = {.post_copy = true}, .copy = "web2"};
  CHECK(refused_at("/spec/streams/postCopy"));
  CHECK_FALSE(may_post_copy(transfer));
}

TEST_CASE("what is about memory is refused where it is certain that none is sent") {
  using Change = void (*)(TransferSpec&);
  const std::pair<Change, const char*> options[] = {
      {[](TransferSpec& spec) { spec.streams.count = 4; }, "/spec/streams/count"},
      {[](TransferSpec& spec) { spec.streams.compression = Compression::zstd; }, "/spec/streams/compression"},
      {[](TransferSpec& spec) { spec.streams.post_copy = true; }, "/spec/streams/postCopy"},
      {[](TransferSpec& spec) { spec.limits.max_blackout_ms = 300; }, "/spec/limits/maxBlackoutMs"}};
  const TransferSpec move{.instance = "web", .target_zone = "b"};
  std::vector<TransferSpec> without_memory(4, move);
  without_memory[0].mode = TransferMode::warm;
  without_memory[1].mode = TransferMode::cold;
  without_memory[2].copy = "web2";
  without_memory[3].sku = "large";
  for (const auto& [change, pointer] : options) {
    for (const TransferMode mode : {TransferMode::automatic, TransferMode::live}) {
      Transfer live{.spec = move};
      live.spec.mode = mode;
      change(live.spec);
      CHECK(check(live));
    }
    for (const TransferSpec& spec : without_memory) {
      Transfer transfer{.spec = spec};
      CHECK(check(transfer));
      change(transfer.spec);
      const Status refused = check(transfer);
      REQUIRE_FALSE(refused);
      CHECK(refused.error().sources.at(0).pointer == pointer);
      CHECK(refused.error().message.find("leave it out") != std::string::npos);
    }
  }
}

TEST_CASE("memory goes over one to sixteen streams") {
  Transfer transfer{.spec = {.instance = "web", .target_zone = "south"}};
  for (const std::int32_t count : {1, kMostStreams}) {
    transfer.spec.streams.count = count;
    CHECK(check(transfer));
  }
  for (const std::int32_t count : {0, kMostStreams + 1}) {
    transfer.spec.streams.count = count;
    const Status refused = check(transfer);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().sources.at(0).pointer == "/spec/streams/count");
  }
}

}  // namespace
}  // namespace hanse::model
