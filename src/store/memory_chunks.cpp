#include "store/memory_chunks.h"

namespace hanse::store {

Task<Result<std::vector<std::optional<std::string>>>> MemoryChunks::read(
    std::vector<codec::ChunkDigest> digests) {
  std::vector<std::optional<std::string>> found;
  for (const codec::ChunkDigest& digest : digests) {
    const auto known = frames_.find(digest);
    found.emplace_back();
    if (known == frames_.end()) continue;
    if (auto content = open_chunk(hashing_, zstd_, {digest, known->second})) found.back() = *content;
  }
  co_return found;
}

Task<Result<std::vector<bool>>> MemoryChunks::find(std::vector<codec::ChunkDigest> digests) {
  std::vector<bool> found;
  for (const codec::ChunkDigest& digest : digests) found.push_back(frames_.contains(digest));
  co_return found;
}

Task<Status> MemoryChunks::write(std::vector<StoredChunk> chunks) {
  for (const StoredChunk& chunk : chunks) {
    const Bytes size{static_cast<std::int64_t>(chunk.frame.size())};
    if (!frames_.emplace(chunk.digest, chunk.frame.view()).second) continue;
    order_.push_back(chunk.digest);
    used_ += size;
  }
  while (used_ > limit_ && !order_.empty()) {
    const auto oldest = frames_.find(order_.front());
    used_ = used_ - Bytes{static_cast<std::int64_t>(oldest->second.size())};
    frames_.erase(oldest);
    order_.pop_front();
  }
  co_return Status();
}

}  // namespace hanse::store
