#include "store/sqlite_chunks.h"

#include <utility>

#include "store/chunk_file.h"

namespace hanse::store {
namespace {

using Contents = std::vector<std::optional<std::string>>;

// Opens what was found in place. What is damaged goes: a chunk of that digest may come again.
Result<Contents> find_contents(ChunkFile& file, Hashing& hashing,
                               const std::vector<codec::ChunkDigest>& digests, std::uint64_t day) {
  HANSE_TRY(Contents found, file.read(digests, day));
  codec::ZstdDecompressor zstd;
  for (std::size_t i = 0; i < digests.size(); ++i) {
    std::optional<std::string> frame = std::exchange(found[i], std::nullopt);
    if (!frame) continue;
    auto content = open_chunk(hashing, zstd, {digests[i], std::move(*frame)});
    if (content) {
      found[i] = std::move(*content);
    } else {
      HANSE_CHECK(file.remove(digests[i]));
    }
  }
  return found;
}

// When more come at once the disk does not keep up, and the page cache takes what they bring: no move is to
// wait for what is only a cache.
constexpr std::size_t kPatientWriters = 2;

class CountedWriter {
 public:
  explicit CountedWriter(std::size_t& count) : count_(count) { ++count_; }
  ~CountedWriter() { --count_; }
  CountedWriter(const CountedWriter&) = delete;
  CountedWriter& operator=(const CountedWriter&) = delete;

 private:
  std::size_t& count_;
};

class Turn {
 public:
  Turn(bool& taken, Signal& changed) : taken_(taken), changed_(changed) { taken_ = true; }
  ~Turn() {
    taken_ = false;
    changed_.notify();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  bool& taken_;
  Signal& changed_;
};

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

}  // namespace

SqliteChunks::SqliteChunks(Runtime& runtime, Hashing& hashing, SqliteChunksOptions options)
    : runtime_(runtime),
      hashing_(hashing),
      options_(std::move(options)),
      changed_(runtime.scheduler),
      file_(std::make_shared<ChunkFile>(options_.path, options_.limit)) {}

SqliteChunks::~SqliteChunks() = default;

std::uint64_t SqliteChunks::today() const {
  constexpr std::uint64_t kSecondsADay = 24 * 3600;
  const auto seconds = std::chrono::duration_cast<Seconds>(since_epoch(runtime_.clock.wall_now())).count();
  return static_cast<std::uint64_t>(seconds) / kSecondsADay;
}

Task<Result<Contents>> SqliteChunks::read(std::vector<codec::ChunkDigest> digests) {
  if (options_.limit.value == 0) co_return Contents(digests.size());
  co_return co_await run_blocking(runtime_.blocking, runtime_.scheduler,
                                  [file = file_, hashing = &hashing_, digests = std::move(digests),
                                   day = today()] { return find_contents(*file, *hashing, digests, day); });
}

Task<Result<std::vector<bool>>> SqliteChunks::find(std::vector<codec::ChunkDigest> digests) {
  if (options_.limit.value == 0) co_return std::vector<bool>(digests.size());
  co_return co_await run_blocking(
      runtime_.blocking, runtime_.scheduler,
      [file = file_, digests = std::move(digests)] { return file->find(digests); });
}

Task<Status> SqliteChunks::write(std::vector<StoredChunk> chunks) {
  if (options_.limit.value == 0 || chunks.empty()) co_return Status();
  HANSE_CO_TRY(const SpaceInfo space, co_await runtime_.files.space(folder_of(options_.path)));
  if (space.available < kSpareForChunks) co_return Status();
  const CountedWriter counted(writers_);
  while (writing_) {
    const std::uint64_t seen = changed_.version();
    co_await changed_.changed_since(seen);
  }
  co_return co_await write_in_turn(std::move(chunks));
}

Task<Status> SqliteChunks::write_in_turn(std::vector<StoredChunk> chunks) {
  const Turn turn(writing_, changed_);
  const PageCache cache = writers_ > kPatientWriters ? PageCache::used : PageCache::bypassed;
  co_return co_await run_blocking(runtime_.blocking, runtime_.scheduler,
                                  [file = file_, chunks = std::move(chunks), day = today(), cache] {
                                    return file->write(chunks, day, cache);
                                  });
}

}  // namespace hanse::store
