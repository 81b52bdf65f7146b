// BlobReconciler: removes files of images that no image of this zone names, of any tenant: with their
// manifests and with what has come of others.
//
// Those of a deleted image go at once, others when they have been here unnamed for kUnnamedBlobGrace, as an
// upload comes before the image that names it; after a start of the zone, which has forgotten what was
// uploaded, nothing goes sooner. What is on disk is compared with the table and nothing is counted, so that
// a removal that broke off is done by a later pass.
//
// Lifecycle: run() for as long as the zone. Thread: the loop. Failure: what cannot be removed is logged, and
// removed later.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "model/storage.h"
#include "runtime/in_progress.h"
#include "runtime/runtime.h"
#include "store/blob_files.h"
#include "zone/tables.h"

namespace hanse::zone {

inline constexpr Nanos kUnnamedBlobGrace = Seconds{3600};
inline constexpr Nanos kBlobPass = Seconds{600};  // between two looks at all

class BlobReconciler {
 public:
  BlobReconciler(Runtime& runtime, Tables& tables, store::BlobFiles& blobs);

  // For ever.
  Task<void> run();

  // Completes when the blob is not being removed. What is named, or came(), by then stays.
  Task<void> settled(std::string digest) { return InProgress::wait_for_none(removing_, std::move(digest)); }
  // It is uploaded, and an image that names it may follow.
  void came(const std::string& digest);
  // An image that named these is gone.
  Task<void> drop(model::ImageSpec image);

 private:
  Task<Status> look_at_all();
  Task<void> remove(std::string digest);
  Result<std::set<std::string>> named() const;
  bool is_young(const std::string& digest) const;

  Runtime& runtime_;
  Logger log_;
  Tables& tables_;
  store::BlobFiles& blobs_;
  KeysInProgress removing_;                          // by digest
  std::map<std::string, MonotonicTime> here_since_;  // by digest: when it came, or was first seen unnamed
  MonotonicTime started_;
};

}  // namespace hanse::zone
