// SqliteChunks: the ChunkStore of a host, in one SQLite file.
//
// Lifecycle: the file is made by the first chunk; destruction closes it, at once or after a call that is
// under way. Thread: the loop; SQLite, hashing and zstd run on the blocking executor. Failure: those of
// SQLite.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/runtime.h"
#include "runtime/signal.h"
#include "store/chunk_store.h"

namespace hanse::store {

struct SqliteChunksOptions {
  std::string path;  // in a folder that is there
  Bytes limit;       // 0: nothing is kept
};

// What is left free on the disk for the machines that run.
inline constexpr Bytes kSpareForChunks{std::int64_t{1} << 30};

class ChunkFile;

class SqliteChunks final : public ChunkStore {
 public:
  // `runtime` and `hashing` outlive it.
  SqliteChunks(Runtime& runtime, Hashing& hashing, SqliteChunksOptions options);
  ~SqliteChunks() override;

  Task<Result<std::vector<std::optional<std::string>>>> read(
      std::vector<codec::ChunkDigest> digests) override;
  Task<Result<std::vector<bool>>> find(std::vector<codec::ChunkDigest> digests) override;
  Task<Status> write(std::vector<StoredChunk> chunks) override;

 private:
  std::uint64_t today() const;
  Task<Status> write_in_turn(std::vector<StoredChunk> chunks);

  Runtime& runtime_;
  Hashing& hashing_;
  SqliteChunksOptions options_;
  // One writes at a time, so that a slow disk keeps one thread of the pool.
  bool writing_ = false;
  std::size_t writers_ = 0;  // with those that wait
  Signal changed_;
  // shared_ptr: the work on the pool's thread may outlive this store.
  std::shared_ptr<ChunkFile> file_;
};

}  // namespace hanse::store
