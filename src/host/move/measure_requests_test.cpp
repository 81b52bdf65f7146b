#include "host/move/measure_requests.h"

#include <doctest/doctest.h>

#include "host/host_side_for_test.h"

namespace hanse::host {
namespace {

struct MeasuredHost {
  test::TestRuntime world;
  test_support::HostSide side{world, "source"};
  std::vector<model::HostResponse> answers;
  MeasureRequests requests{{world.runtime, side.hashing, side.chunks},
                           side.driver,
                           [this](model::HostResponse answer) { answers.push_back(std::move(answer)); }};

  MeasuredHost() { side.driver.set_run_state("m1", RunState::running); }
  void run(Nanos time) {
    world.loop.schedule(time, [] {});
    world.loop.run(time);
  }
  model::HostResponse ask(model::HostRequest request) {
    requests.serve(std::move(request));
    run(Seconds{20});
    REQUIRE_FALSE(answers.empty());
    return answers.back();
  }
  model::HostResponse measure(const std::string& uid = "m1") {
    return ask({.id = 3, .method = model::HostMethod::measure_machine, .uid = uid, .watch_ms = 200});
  }
};

std::string text_chunk(int number) {
  std::string content = "chunk " + std::to_string(number);
  content.resize(codec::kChunkBytes, '.');
  return content;
}

Task<void> keep(store::ChunkStore& chunks, std::vector<store::StoredChunk> kept) {
  CHECK(co_await chunks.write(std::move(kept)));
}

TEST_CASE("a machine is measured: its guest, and a sample of its disks without zeroes") {
  MeasuredHost host;
  host.side.driver.measured = {.memory = {1'000'000}, .dirty_rate = {2'000}, .write_rate = {300}};
  for (int i = 0; i < 200; ++i)
    host.side.driver.contents["d1"][static_cast<std::uint64_t>(i)] = text_chunk(i);
  host.side.driver.contents["d1"][250] = "";
  const model::HostResponse answer = host.measure();
  CHECK(answer.error.empty());
  CHECK(answer.id == 3);
  REQUIRE(answer.measure);
  CHECK(answer.measure->memory_bytes == Bytes{1'000'000});
  CHECK(answer.measure->dirty_rate == BytesPerSecond{2'000});
  CHECK(answer.measure->write_rate == BytesPerSecond{300});
  CHECK(answer.measure->disk_bytes == Bytes{200 * model::kSampleSize.value});
  REQUIRE(answer.measure->samples.size() == model::kMaxChunkSamples);
  for (const model::ChunkSample& sample : answer.measure->samples) CHECK(sample.sent < Bytes{200});

  // Of these a host that keeps some says which.
  std::vector<std::string> digests;
  for (const model::ChunkSample& sample : answer.measure->samples) digests.push_back(sample.digest);
  const model::HostResponse none =
      host.ask({.id = 4, .method = model::HostMethod::find_chunks, .digests = digests});
  CHECK(none.error.empty());
  CHECK(none.digests.empty());
  codec::ZstdCompressor zstd;
  std::vector<store::StoredChunk> kept;
  for (int i = 0; i < 200; ++i)
    kept.push_back({store::digest_of_chunk(host.side.hashing, text_chunk(i)), zstd.compress(text_chunk(i))});
  Scope scope(1);
  REQUIRE(scope.spawn(keep(host.side.chunks, std::move(kept))));
  host.run(Seconds{1});
  CHECK(host.ask({.id = 5, .method = model::HostMethod::find_chunks, .digests = digests}).digests == digests);
}

TEST_CASE("what cannot be measured is said, and a hypervisor that hangs holds up nobody for ever") {
  MeasuredHost host;
  // One that was never made has nothing.
  const model::HostResponse unmade = host.measure("m7");
  CHECK(unmade.error.empty());
  CHECK(unmade.measure == model::MachineMeasure());
  host.side.driver.fail_next("measure", Error{Code::unavailable, "it has gone"});
  CHECK(host.measure().error == "it has gone");
  host.side.driver.hang("measure");
  CHECK(host.measure().code == "deadline_exceeded");
}

TEST_CASE("what is asked for is checked") {
  MeasuredHost host;
  const auto find = [&host](std::vector<std::string> digests) {
    return host.ask({.method = model::HostMethod::find_chunks, .digests = std::move(digests)}).code;
  };
  CHECK(find({"../x"}) == "invalid_argument");
  CHECK(find(std::vector<std::string>(model::kMaxChunkSamples + 1, std::string(64, 'a'))) ==
        "invalid_argument");
  CHECK(find(std::vector<std::string>(model::kMaxChunkSamples, std::string(64, 'a'))).empty());
}

TEST_CASE("more than a host measures at once is refused") {
  MeasuredHost host;
  for (std::size_t i = 0; i <= kMaxMeasures; ++i)
    host.requests.serve({.method = model::HostMethod::measure_machine, .uid = "m1"});
  REQUIRE(host.answers.size() == 1);
  CHECK(host.answers[0].code == "resource_exhausted");
}

}  // namespace
}  // namespace hanse::host
