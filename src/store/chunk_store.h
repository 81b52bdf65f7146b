// ChunkStore: the chunks of disks that a host has sent or received, by digest, so that none is fetched twice:
// a move that was cut goes on from here, and one back to where a machine came from sends what has changed.
//
// It is a cache with a bound: what was not used for longest goes first, and losing all of it costs nothing
// but time. What is read is checked against its digest; what is damaged is dropped and was never there.
// Thread: the loop. Failure: those of the disk; a caller may go on without it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/shared_bytes.h"
#include "base/task.h"
#include "codec/chunk.h"
#include "codec/zstd.h"
#include "runtime/hashing.h"

namespace hanse::store {

struct StoredChunk {
  codec::ChunkDigest digest{};
  SharedBytes frame;  // zstd of codec::kChunkBytes
};

class ChunkStore {
 public:
  virtual ~ChunkStore() = default;
  // The content of each, in their order; nothing for one that is not here.
  virtual Task<Result<std::vector<std::optional<std::string>>>> read(
      std::vector<codec::ChunkDigest> digests) = 0;
  // Which of them are here, without looking at their content.
  virtual Task<Result<std::vector<bool>>> find(std::vector<codec::ChunkDigest> digests) = 0;
  // Keeps those that are new. Requires: each has been checked against its digest. Over the bound it makes
  // room; on a disk that is nearly full it keeps nothing, and that is no failure.
  virtual Task<Status> write(std::vector<StoredChunk> chunks) = 0;
};

codec::ChunkDigest digest_of_chunk(Hashing& hashing, std::string_view content);
// Its content. Errors: data_loss when it is not what its digest says. Thread: any.
Result<std::string> open_chunk(Hashing& hashing, codec::ZstdDecompressor& zstd, const StoredChunk& chunk);

// Of a host that keeps none.
class NoChunks final : public ChunkStore {
 public:
  Task<Result<std::vector<std::optional<std::string>>>> read(
      std::vector<codec::ChunkDigest> digests) override {
    co_return std::vector<std::optional<std::string>>(digests.size());
  }
  Task<Result<std::vector<bool>>> find(std::vector<codec::ChunkDigest> digests) override {
    co_return std::vector<bool>(digests.size());
  }
  Task<Status> write(std::vector<StoredChunk>) override { co_return Status(); }
};

}  // namespace hanse::store
