#include "zone/images/blob_reconciler.h"

#include <algorithm>
#include <set>
#include <utility>

#include "runtime/sleep.h"

namespace hanse::zone {

BlobReconciler::BlobReconciler(Runtime& runtime, Tables& tables, store::BlobFiles& blobs)
    : runtime_(runtime),
      log_(runtime.log, "images"),
      tables_(tables),
      blobs_(blobs),
      removing_(runtime.scheduler),
      started_(runtime.clock.now()) {}

Task<void> BlobReconciler::run() {
  for (;;) {
    const Status looked = co_await look_at_all();
    if (!looked) log_.warning("the files of images cannot be looked at: {}", looked.error().message);
    co_await sleep_for(runtime_.scheduler, kBlobPass);
  }
}

void BlobReconciler::came(const std::string& digest) {
  here_since_[digest] = runtime_.clock.now();
}

Task<void> BlobReconciler::drop(model::ImageSpec image) {
  for (const model::Blob& blob : model::all_blobs(image)) {
    if (!is_young(blob.digest)) co_await remove(blob.digest);
  }
}

Task<Status> BlobReconciler::look_at_all() {
  HANSE_CO_TRY(std::set<std::string> unnamed, co_await blobs_.digests());
  HANSE_CO_TRY(const std::set<std::string> names, named());
  std::erase_if(unnamed, [&](const std::string& digest) { return names.contains(digest); });
  std::erase_if(here_since_,
                [&](const auto& entry) { return !unnamed.contains(entry.first) && !is_young(entry.first); });
  for (const std::string& digest : unnamed) {
    here_since_.emplace(digest, runtime_.clock.now());
    if (!is_young(digest)) co_await remove(digest);
  }
  co_return Status();
}

// Looks and holds in one step: whoever names it from here on waits for settled().
Task<void> BlobReconciler::remove(std::string digest) {
  const auto names = named();
  if (!names || names->contains(digest) || removing_.keys.contains(digest)) co_return;
  const InProgress removing(removing_, digest);
  const Status removed = co_await blobs_.remove(digest);
  if (removed) log_.info("removed {}, which no image names", digest);
  if (!removed) log_.warning("{}, which no image names, stays: {}", digest, removed.error().message);
}

// Errors: those of a record that cannot be read, which may name any.
Result<std::set<std::string>> BlobReconciler::named() const {
  HANSE_TRY(const auto images, tables_.images.all());
  std::set<std::string> digests;
  for (const auto& image : images) {
    for (const model::Blob& blob : model::all_blobs(image->spec)) digests.insert(blob.digest);
  }
  return digests;
}

bool BlobReconciler::is_young(const std::string& digest) const {
  const auto known = here_since_.find(digest);
  const MonotonicTime since = known == here_since_.end() ? started_ : std::max(started_, known->second);
  return runtime_.clock.now() - since < kUnnamedBlobGrace;
}

}  // namespace hanse::zone
