#include "host/move/measure_requests.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "codec/zstd.h"
#include "host/host_frames.h"
#include "runtime/blocking.h"
#include "runtime/timeout.h"

namespace hanse::host {
namespace {

constexpr Nanos kMeasureLimit = Seconds{8};
static_assert(model::kSampleSize.value == codec::kChunkBytes);

// Where a chunk with content lies.
struct ChunkPlace {
  DiskReader* disk = nullptr;
  std::uint64_t index = 0;
};

std::uint64_t count_content(const Readers& disks) {
  std::uint64_t count = 0;
  for (const auto& disk : disks) {
    for (const ChunkRange& range : disk->ranges()) count += range.zero ? 0 : range.count;
  }
  return count;
}

// The chunk with this number among all that have content. Requires: there are more.
ChunkPlace find_content(const Readers& disks, std::uint64_t number) {
  for (const auto& disk : disks) {
    for (const ChunkRange& range : disk->ranges()) {
      if (range.zero) continue;
      if (number < range.count) return {disk.get(), range.first + number};
      number -= range.count;
    }
  }
  return {};
}

// One from each of so many equal parts, so that no region is missed; each number once, in ascending order.
std::vector<std::uint64_t> draw_numbers(Random& random, std::uint64_t count) {
  const std::uint64_t wanted = std::min<std::uint64_t>(count, model::kMaxChunkSamples);
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t part = 0; part < wanted; ++part) {
    const std::uint64_t begin = part * count / wanted;
    const std::uint64_t end = (part + 1) * count / wanted;
    numbers.push_back(begin + random_below(random, end - begin));
  }
  return numbers;
}

model::ChunkSample sample_of(Hashing& hashing, codec::ZstdCompressor& zstd, const std::string& content) {
  const auto sent = static_cast<std::int64_t>(zstd.compress(content).size());
  return {.digest = codec::hex_of(store::digest_of_chunk(hashing, content)), .sent = Bytes{sent}};
}

}  // namespace

MeasureRequests::MeasureRequests(SeedParts parts, Driver& driver, Answer answer)
    : parts_(parts), driver_(driver), answer_(std::move(answer)), running_(kMaxMeasures) {}

void MeasureRequests::serve(model::HostRequest request) {
  const std::int64_t id = request.id;
  if (running_.spawn(run(std::move(request)))) return;
  answer_(answer_to(id, fail(Code::resource_exhausted,
                             "{} machines are measured on this host already; try again", kMaxMeasures)));
}

Task<void> MeasureRequests::run(model::HostRequest request) {
  if (request.method == model::HostMethod::find_chunks) {
    auto found = co_await find(std::move(request.digests));
    model::HostResponse response = answer_to(request.id, found ? Status() : fail(found.error()));
    if (found) response.digests = std::move(*found);
    answer_(std::move(response));
    co_return;
  }
  const Nanos watch = Millis{std::clamp<std::int64_t>(request.watch_ms, 100, model::kLongestWatchMs)};
  auto measured = co_await with_timeout(parts_.runtime.scheduler, kMeasureLimit,
                                        "measuring machine " + request.uid, measure(request.uid, watch));
  model::HostResponse response = answer_to(request.id, measured ? Status() : fail(measured.error()));
  if (measured) response.measure = std::move(*measured);
  answer_(std::move(response));
}

Task<Result<model::MachineMeasure>> MeasureRequests::measure(std::string uid, Nanos watch) {
  model::MachineMeasure measure;
  if (!driver_.observe(uid)) co_return measure;  // never made: it has nothing
  HANSE_CO_TRY(measure.samples, co_await sample(uid, measure.disk_bytes));
  HANSE_CO_TRY(const GuestMeasure guest, co_await driver_.measure(uid, watch));
  measure.memory_bytes = guest.memory;
  measure.dirty_rate = guest.dirty_rate;
  measure.write_rate = guest.write_rate;
  co_return measure;
}

Task<Result<std::vector<model::ChunkSample>>> MeasureRequests::sample(std::string uid, Bytes& disk_bytes) {
  HANSE_CO_TRY(const Readers disks, co_await driver_.peek_disks(std::move(uid)));
  const std::uint64_t count = count_content(disks);
  disk_bytes = Bytes{static_cast<std::int64_t>(count * codec::kChunkBytes)};
  std::vector<model::ChunkSample> samples;
  // shared_ptr: the pool's thread may use it when this task is gone.
  const auto zstd = std::make_shared<codec::ZstdCompressor>();
  for (const std::uint64_t number : draw_numbers(parts_.runtime.random, count)) {
    const ChunkPlace place = find_content(disks, number);
    if (place.disk == nullptr) break;
    HANSE_CO_TRY(std::string content, co_await place.disk->read(place.index, 1, {}));
    Hashing* const hashing = &parts_.hashing;
    auto work = [hashing, zstd, content = std::move(content)] { return sample_of(*hashing, *zstd, content); };
    samples.push_back(
        co_await run_blocking(parts_.runtime.blocking, parts_.runtime.scheduler, std::move(work)));
  }
  co_return samples;
}

Task<Result<std::vector<std::string>>> MeasureRequests::find(std::vector<std::string> digests) {
  if (digests.size() > model::kMaxChunkSamples)
    co_return fail(Code::invalid_argument, "at most {} chunks can be asked for at once",
                   model::kMaxChunkSamples);
  std::vector<codec::ChunkDigest> wanted;
  for (const std::string& digest : digests) {
    HANSE_CO_TRY(const codec::ChunkDigest read, codec::digest_of_hex(digest));
    wanted.push_back(read);
  }
  HANSE_CO_TRY(const std::vector<bool> found, co_await parts_.chunks.find(std::move(wanted)));
  std::vector<std::string> here;
  for (std::size_t i = 0; i < digests.size(); ++i) {
    if (found[i]) here.push_back(std::move(digests[i]));
  }
  co_return here;
}

}  // namespace hanse::host
