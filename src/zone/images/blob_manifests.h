// BlobManifests: the manifests of the blobs that this zone has, made when they are first asked for and kept
// beside the blobs; with them the blobs are a store of chunks by digest.
//
// Thread: the loop; reading and hashing run on the blocking executor. Failure: not_found (no such blob),
// those of Files.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "runtime/hashing.h"
#include "runtime/in_progress.h"
#include "runtime/runtime.h"
#include "store/blob_files.h"
#include "zone/images/blob_manifest.h"

namespace hanse::zone {

class BlobManifests {
 public:
  BlobManifests(Runtime& runtime, Hashing& hashing, store::BlobFiles& blobs);

  // Requires: is_digest(digest).
  Task<Result<BlobManifest>> of(std::string digest);
  // Of a blob that has just come, so that it need not be read once more.
  Task<Status> keep(std::string digest, BlobManifest manifest);

  struct Place {
    std::string path;
    std::int64_t offset = 0;
    std::size_t length = 0;
  };
  // Where these chunks lie, by digest: in the blobs whose manifests are kept, kMaxIndexed at most.
  Task<Result<std::map<std::string, Place>>> index(const std::set<std::string>& wanted);

  // One chunk as it goes over the wire: zstd. Errors: invalid_argument when there is none of this number.
  Task<Result<std::string>> read_chunk(std::string digest, std::size_t index);

 private:
  Task<Result<BlobManifest>> make(std::string digest, Bytes size);
  Task<Result<BlobManifest>> load(std::string path, model::Blob blob);

  Runtime& runtime_;
  Hashing& hashing_;
  store::BlobFiles& blobs_;
  KeysInProgress making_;  // by digest
};

// Manifests that are looked at for one index.
inline constexpr std::size_t kMaxIndexed = 64;

// 64 hexadecimal digits.
std::string hex_digest(Hashing& hashing, std::string_view content);

}  // namespace hanse::zone
