// BlobManifest: the chunks of a file of an image, by digest, so that it can be fetched in pieces, from
// several zones, and goes on after a break. Each chunk has the same size but for the last. Pure.
//
// That a manifest is true nobody can see before all chunks are there: then the file has the digest that the
// image names, or the manifest was a lie.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/units.h"
#include "model/storage.h"

namespace hanse::zone {

inline constexpr std::int64_t kLeastImageChunk = 256 * 1024;
inline constexpr std::size_t kMaxImageChunks = 131'072;

struct BlobManifest {
  Bytes size;  // of the file
  std::int64_t chunk_bytes = kLeastImageChunk;
  std::vector<std::string> chunks;  // SHA-256, 64 hexadecimal digits
  bool operator==(const BlobManifest&) const = default;
};
BOOST_DESCRIBE_STRUCT(BlobManifest, (), (size, chunk_bytes, chunks))
HANSE_DECLARE_JSON(BlobManifest);

// The size of a chunk of a file of this size.
std::int64_t image_chunk_bytes(Bytes size);
std::size_t image_chunk_count(Bytes size);
// Of this chunk, which may be the last.
std::size_t length_of_chunk(Bytes size, std::size_t index);
// Errors: data_loss when it cannot be that of this blob.
Status check(const BlobManifest& manifest, const model::Blob& blob);

}  // namespace hanse::zone
