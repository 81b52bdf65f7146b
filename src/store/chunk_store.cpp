#include "store/chunk_store.h"

#include "base/bytes.h"

namespace hanse::store {

codec::ChunkDigest digest_of_chunk(Hashing& hashing, std::string_view content) {
  const std::unique_ptr<Sha256> sum = hashing.sha256();
  sum->update(as_bytes(content));
  // A sum of another form is a bug of the one who hashes; it is no chunk's.
  return codec::digest_of_hex(sum->finish()).value_or(codec::kZeroChunk);
}

Result<std::string> open_chunk(Hashing& hashing, codec::ZstdDecompressor& zstd, const StoredChunk& chunk) {
  HANSE_TRY(std::string content, zstd.decompress(chunk.frame.view(), codec::kChunkBytes));
  if (digest_of_chunk(hashing, content) != chunk.digest)
    return fail(Code::data_loss, "a chunk is not what its digest says; it was damaged on its way or on disk");
  return content;
}

}  // namespace hanse::store
