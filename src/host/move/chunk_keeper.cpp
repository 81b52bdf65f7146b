#include "host/move/chunk_keeper.h"

#include <utility>

namespace hanse::host {

Task<void> ChunkKeeper::keep(std::vector<store::StoredChunk> chunks) {
  while (writing_.running() >= kMaxKeeping) {
    const std::uint64_t seen = changed_.version();
    co_await changed_.changed_since(seen);
  }
  if (!writing_.spawn(write(std::move(chunks))))
    log_.error("chunks are not kept: too many are being written");
}

Task<void> ChunkKeeper::write(std::vector<store::StoredChunk> chunks) {
  const Status kept = co_await chunks_.write(std::move(chunks));
  if (!kept && !refused_) {
    refused_ = true;
    log_.warning("chunks of this move are not kept: {}", kept.error().message);
  }
  changed_.notify();
}

}  // namespace hanse::host
