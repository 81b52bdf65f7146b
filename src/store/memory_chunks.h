// MemoryChunks: a ChunkStore in memory, for the simulator and for tests. Thread: the loop. Failure: none.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/units.h"
#include "store/chunk_store.h"

namespace hanse::store {

class MemoryChunks final : public ChunkStore {
 public:
  explicit MemoryChunks(Hashing& hashing, Bytes limit = Bytes{std::int64_t{16} << 20})
      : hashing_(hashing), limit_(limit) {}

  Task<Result<std::vector<std::optional<std::string>>>> read(
      std::vector<codec::ChunkDigest> digests) override;
  Task<Result<std::vector<bool>>> find(std::vector<codec::ChunkDigest> digests) override;
  // In the order in which they came the oldest go.
  Task<Status> write(std::vector<StoredChunk> chunks) override;

  std::size_t size() const { return frames_.size(); }

 private:
  Hashing& hashing_;
  Bytes limit_;
  Bytes used_;
  codec::ZstdDecompressor zstd_;
  std::map<codec::ChunkDigest, std::string> frames_;
  std::deque<codec::ChunkDigest> order_;
};

}  // namespace hanse::store
