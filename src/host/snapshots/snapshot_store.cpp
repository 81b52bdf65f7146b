#include "host/snapshots/snapshot_store.h"

#include <algorithm>
#include <utility>

#include "codec/seed_frames.h"
#include "codec/zstd.h"
#include "store/chunk_store.h"
#include "store/sqlite_chunks.h"

namespace hanse::host {
namespace {

using store::SnapshotFile;
using store::SnapshotPlace;

constexpr std::size_t kPlacesAtOnce = 4096;

std::string key_of(const SnapshotId& id) {
  return id.machine + "/" + id.uid;
}

std::string name_of_part(const SnapshotId& id, const model::SnapshotPart& part) {
  return id.uid + "/" + part.name;
}

// Neighbours of the same kind are one range.
void add_place(std::vector<ChunkRange>& ranges, const SnapshotPlace& place) {
  const bool zero = place.digest == codec::kZeroChunk;
  if (!ranges.empty() && ranges.back().zero == zero &&
      ranges.back().first + ranges.back().count == place.index) {
    ++ranges.back().count;
  } else {
    ranges.push_back({place.index, 1, zero});
  }
}

Result<std::vector<ChunkRange>> find_ranges(SnapshotFile& file, const std::string& uid, std::size_t part) {
  std::vector<ChunkRange> ranges;
  for (std::uint64_t first = 0;;) {
    HANSE_TRY(const auto places, file.places(uid, part, first, kPlacesAtOnce));
    for (const SnapshotPlace& place : places) add_place(ranges, place);
    if (places.size() < kPlacesAtOnce) return ranges;
    first = places.back().index + 1;
  }
}

Result<std::string> read_content(SnapshotFile& file, Hashing& hashing, const std::string& uid,
                                 std::size_t part, std::uint64_t first, std::uint64_t count) {
  HANSE_TRY(std::vector<SnapshotPlace> places, file.read(uid, part, first, count));
  codec::ZstdDecompressor zstd;
  std::string content;
  for (SnapshotPlace& place : places) {
    HANSE_TRY(const std::string chunk,
              store::open_chunk(hashing, zstd, {place.digest, std::move(place.frame)}));
    content += chunk;
  }
  if (content.size() != count * codec::kChunkBytes)
    return fail(Code::data_loss, "snapshot {} is damaged; remove it", uid);
  return content;
}

class SnapshotReader final : public DiskReader {
 public:
  SnapshotReader(Runtime& runtime, Hashing& hashing, std::shared_ptr<SnapshotFile> file, const SnapshotId& id,
                 std::size_t number, const model::SnapshotPart& part, std::vector<ChunkRange> ranges)
      : runtime_(runtime),
        hashing_(hashing),
        file_(std::move(file)),
        key_(key_of(id)),
        number_(number),
        name_(name_of_part(id, part)),
        chunk_count_(static_cast<std::uint64_t>(part.chunks)),
        ranges_(std::move(ranges)) {}

  const std::string& uid() const override { return name_; }
  std::uint64_t chunk_count() const override { return chunk_count_; }
  const std::vector<ChunkRange>& ranges() const override { return ranges_; }
  Task<Result<std::string>> read(std::uint64_t first, std::uint64_t count, std::string) override {
    co_return co_await run_blocking(
        runtime_.blocking, runtime_.scheduler,
        [file = file_, hashing = &hashing_, uid = key_, number = number_, first, count] {
          return read_content(*file, *hashing, uid, number, first, count);
        });
  }

 private:
  Runtime& runtime_;
  Hashing& hashing_;
  std::shared_ptr<SnapshotFile> file_;  // shared with the pool's threads
  std::string key_;
  std::size_t number_;
  std::string name_;
  std::uint64_t chunk_count_;
  std::vector<ChunkRange> ranges_;
};

Status write_content(SnapshotFile& file, Hashing& hashing, const SnapshotFile::Try& current, std::size_t part,
                     const std::vector<PlacedChunk>& chunks) {
  codec::ZstdCompressor zstd;
  std::vector<SnapshotPlace> places;
  for (const PlacedChunk& chunk : chunks) {
    SnapshotPlace place{.index = chunk.index};
    if (!chunk.content.empty() && !codec::is_all_zero(chunk.content)) {
      place.digest = store::digest_of_chunk(hashing, chunk.content);
      place.frame = zstd.compress(chunk.content);
    }
    places.push_back(std::move(place));
  }
  return file.add(current, part, places);
}

class SnapshotWriter final : public DiskWriter {
 public:
  SnapshotWriter(Runtime& runtime, Hashing& hashing, std::shared_ptr<SnapshotFile> file, std::string folder,
                 SnapshotFile::Try current, std::size_t number, const model::SnapshotPart& part,
                 std::string name)
      : runtime_(runtime),
        hashing_(hashing),
        file_(std::move(file)),
        folder_(std::move(folder)),
        try_(std::move(current)),
        number_(number),
        name_(std::move(name)),
        chunk_count_(static_cast<std::uint64_t>(part.chunks)) {}

  const std::string& uid() const override { return name_; }
  std::uint64_t chunk_count() const override { return chunk_count_; }
  Task<Status> write(std::vector<PlacedChunk> chunks) override {
    HANSE_CO_CHECK(co_await check_space());
    co_return co_await run_blocking(
        runtime_.blocking, runtime_.scheduler,
        [file = file_, hashing = &hashing_, current = try_, number = number_, chunks = std::move(chunks)] {
          return write_content(*file, *hashing, current, number, chunks);
        });
  }
  // finish() has it on disk.
  Task<Status> flush() override { co_return Status(); }

 private:
  Task<Status> check_space() const {
    if (folder_.empty()) co_return Status();
    HANSE_CO_TRY(const SpaceInfo space, co_await runtime_.files.space(folder_));
    if (space.available >= store::kSpareForChunks) co_return Status();
    co_return fail(Code::resource_exhausted,
                   "the host's disk is nearly full, with {} MiB left; remove a snapshot or an instance",
                   space.available.value >> 20);
  }

  Runtime& runtime_;
  Hashing& hashing_;
  std::shared_ptr<SnapshotFile> file_;  // shared with the pool's threads
  std::string folder_;
  SnapshotFile::Try try_;
  std::size_t number_;
  std::string name_;
  std::uint64_t chunk_count_;
};

}  // namespace

SnapshotStore::SnapshotStore(Runtime& runtime, Hashing& hashing, std::string path)
    : runtime_(runtime),
      hashing_(hashing),
      folder_(path.substr(0, path.find_last_of('/') == std::string::npos ? 0 : path.find_last_of('/'))),
      file_(std::make_shared<SnapshotFile>(std::move(path))) {}

template <class Work>
auto SnapshotStore::beside(Work work) {
  return run_blocking(runtime_.blocking, runtime_.scheduler,
                      [file = file_, work = std::move(work)] { return work(*file); });
}

Task<Result<std::optional<store::SnapshotSummary>>> SnapshotStore::find(SnapshotId id) {
  co_return co_await beside([key = key_of(id)](SnapshotFile& file) { return file.find(key); });
}

Task<Result<Readers>> SnapshotStore::open(SnapshotId id) {
  HANSE_CO_TRY(const auto summary, co_await find(id));
  if (!summary) co_return fail(Code::not_found, "snapshot {} is not on this host", id.uid);
  Readers readers;
  for (std::size_t number = 0; number < summary->parts.size(); ++number) {
    HANSE_CO_TRY(auto ranges, co_await beside([key = key_of(id), number](SnapshotFile& file) {
                   return find_ranges(file, key, number);
                 }));
    readers.push_back(std::make_unique<SnapshotReader>(runtime_, hashing_, file_, id, number,
                                                       summary->parts[number], std::move(ranges)));
  }
  co_return readers;
}

Task<Result<Writers>> SnapshotStore::begin(New snapshot) {
  const std::string key = key_of(snapshot.id);
  if (!snapshot.keep) HANSE_CO_CHECK(co_await remove_by_key(key));
  HANSE_CO_TRY(const SnapshotFile::Try current, co_await beside([snapshot, key](SnapshotFile& file) {
                 return file.begin(snapshot.id.machine, key, snapshot.parts, snapshot.keep);
               }));
  begun_[key] = current;
  Writers writers;
  for (std::size_t number = 0; number < snapshot.parts.size(); ++number) {
    const model::SnapshotPart& part = snapshot.parts[number];
    writers.push_back(std::make_unique<SnapshotWriter>(runtime_, hashing_, file_, folder_, current, number,
                                                       part, name_of_part(snapshot.id, part)));
  }
  co_return writers;
}

Task<Status> SnapshotStore::finish(SnapshotId id) {
  const std::string key = key_of(id);
  const auto begun = begun_.find(key);
  if (begun == begun_.end()) {
    HANSE_CO_TRY(const auto done, co_await find(id));
    if (done) co_return Status();
    co_return fail(Code::aborted, "snapshot {} was not begun", id.uid);
  }
  const SnapshotFile::Try current = begun->second;
  const Status finished = co_await beside([current](SnapshotFile& file) { return file.finish(current); });
  if (!finished && finished.error().code != Code::aborted) co_return finished;
  begun_.erase(key);
  if (finished) co_return Status();
  // Who asked for it before may have gone before it was done.
  HANSE_CO_TRY(const auto done, co_await find(id));
  co_return done ? Status() : finished;
}

Task<Status> SnapshotStore::remove(SnapshotId id) {
  return remove_by_key(key_of(id));
}

Task<Status> SnapshotStore::remove_by_key(std::string key) {
  begun_.erase(key);
  // Each time anew behind whoever waits for a thread by then.
  for (bool more = true; more;) {
    HANSE_CO_TRY(more, co_await beside([key](SnapshotFile& file) { return file.remove_some(key); }));
  }
  co_return Status();
}

Task<Status> SnapshotStore::remove_machine(std::string machine) {
  HANSE_CO_TRY(const std::vector<std::string> keys,
               co_await beside([machine](SnapshotFile& file) { return file.uids_of(machine); }));
  for (const std::string& key : keys) HANSE_CO_CHECK(co_await remove_by_key(key));
  co_return co_await beside([machine](SnapshotFile& file) { return file.forget_wishes(machine); });
}

Task<Result<std::string>> SnapshotStore::restored(std::string machine, Mark mark) {
  co_return co_await beside([machine, mark](SnapshotFile& file) { return file.restored(machine, mark); });
}

Task<Status> SnapshotStore::set_restored(std::string machine, Mark mark, std::string wish) {
  co_return co_await beside(
      [machine, mark, wish](SnapshotFile& file) { return file.set_restored(machine, mark, wish); });
}

bool is_memory_part(std::string_view name) {
  return name.ends_with(std::string("/") + model::kMemoryPart);
}

Task<Status> copy_chunks(DiskReader& from, DiskWriter& to) {
  for (const ChunkRange& range : from.ranges()) {
    ChunkRange rest = range;
    while (rest.count > 0) {
      const std::uint64_t count = std::min<std::uint64_t>(rest.count, codec::kWindowChunks);
      std::string content;
      if (!range.zero) {
        HANSE_CO_TRY(content, co_await from.read(rest.first, count, {}));
      }
      std::vector<PlacedChunk> chunks;
      for (std::uint64_t i = 0; i < count; ++i)
        chunks.push_back({rest.first + i, range.zero
                                              ? std::string()
                                              : content.substr(i * codec::kChunkBytes, codec::kChunkBytes)});
      HANSE_CO_CHECK(co_await to.write(std::move(chunks)));
      rest.first += count;
      rest.count -= count;
    }
  }
  co_return co_await to.flush();
}

}  // namespace hanse::host
