#include "zone/images/blob_manifest.h"

#include <algorithm>

#include "base/json_mapping.h"

namespace hanse::zone {
namespace {

bool is_hexadecimal_digest(const std::string& text) {
  return model::is_digest("sha256:" + text);
}

}  // namespace

HANSE_DEFINE_JSON(BlobManifest)

std::int64_t image_chunk_bytes(Bytes size) {
  std::int64_t bytes = kLeastImageChunk;
  while (bytes * static_cast<std::int64_t>(kMaxImageChunks) < size.value) bytes *= 2;
  return bytes;
}

std::size_t image_chunk_count(Bytes size) {
  const std::int64_t bytes = image_chunk_bytes(size);
  return static_cast<std::size_t>((size.value + bytes - 1) / bytes);
}

std::size_t length_of_chunk(Bytes size, std::size_t index) {
  const std::int64_t bytes = image_chunk_bytes(size);
  return static_cast<std::size_t>(std::min(bytes, size.value - static_cast<std::int64_t>(index) * bytes));
}

Status check(const BlobManifest& manifest, const model::Blob& blob) {
  const bool fits = manifest.size == blob.size && manifest.chunk_bytes == image_chunk_bytes(blob.size) &&
                    manifest.chunks.size() == image_chunk_count(blob.size);
  if (fits && std::all_of(manifest.chunks.begin(), manifest.chunks.end(), is_hexadecimal_digest)) return {};
  return fail(Code::data_loss, "the manifest of blob {} does not fit it", blob.digest);
}

}  // namespace hanse::zone
