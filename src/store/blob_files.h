// BlobFiles: a folder of immutable files named by their SHA-256 digest, "<folder>/sha256-<hex>". A zone keeps
// the blobs of its images in one, a host those that its machines need.
//
// A blob is received under another name, hashed while it comes, and renamed into place only when it is whole,
// on disk and has the digest that was promised; a crash leaves a partial file that the next start removes.
// Thread: the loop. Failure: data_loss (another digest, or fewer bytes, than promised), resource_exhausted
// (disk full, over the limit), those of Files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/task.h"
#include "model/storage.h"
#include "runtime/files.h"
#include "runtime/hashing.h"
#include "runtime/random.h"

namespace hanse::store {

// The largest file that is taken, 1 TiB.
inline constexpr Bytes kMaxBlobBytes{std::int64_t{1} << 40};

class BlobFiles {
 public:
  BlobFiles(Files& files, Hashing& hashing, Random& random, std::string folder)
      : files_(files), hashing_(hashing), random_(random), folder_(std::move(folder)) {}

  // One blob on its way in. Destroyed before finish() it leaves its partial file for clean_up().
  class Incoming {
   public:
    Task<Status> write(std::span<const std::byte> data);
    // Puts it into place. `digest` empty: whatever came. Gives digest and size. Errors: data_loss; the
    // partial file is removed.
    Task<Result<model::Blob>> finish(model::BlobRole role, std::string digest);
    Task<Status> abandon();
    Bytes received() const { return received_; }
    // Where the content is until finish().
    const std::string& partial_path() const { return partial_; }

   private:
    friend class BlobFiles;
    Incoming(BlobFiles& owner, std::string partial, std::unique_ptr<Sha256> hash)
        : owner_(owner), partial_(std::move(partial)), hash_(std::move(hash)) {}

    BlobFiles& owner_;
    std::string partial_;
    std::unique_ptr<Sha256> hash_;
    Bytes received_;
  };

  // Makes the folder and removes what an earlier run left half done.
  Task<Status> clean_up();
  Incoming receive();
  // For a file that is already in this folder's file system, e.g. one that qemu-img has written: describe()
  // hashes it, adopt() syncs and renames it.
  Task<Result<model::Blob>> describe(std::string path, model::BlobRole role);
  Task<Status> adopt(std::string path, model::Blob blob);

  // Requires: is_digest(digest).
  std::string path_of(const std::string& digest) const;
  // A folder for what has come of a blob that is not whole; clean_up() leaves it.
  std::string coming_folder(const std::string& digest) const;
  // Where the digests of its chunks are kept, by whoever needs them.
  std::string manifest_path(const std::string& digest) const;
  // A name in the folder that clean_up() will remove.
  std::string temporary_path() const;
  // Its size, when it is here.
  Task<Result<std::optional<Bytes>>> find(std::string digest);
  // Of all that is here, a blob, a manifest or what has come of one.
  Task<Result<std::set<std::string>>> digests();
  // All of these, the blob last: what a crash leaves is found by digests().
  Task<Status> remove(std::string digest);
  const std::string& folder() const { return folder_; }

 private:
  Files& files_;
  Hashing& hashing_;
  Random& random_;
  std::string folder_;
};

}  // namespace hanse::store
