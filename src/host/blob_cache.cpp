#include "host/blob_cache.h"

#include <utility>

namespace hanse::host {
namespace {

// Gathers what comes into pieces of a size that is worth a write.
class PieceWriter {
 public:
  explicit PieceWriter(store::BlobFiles::Incoming& incoming) : incoming_(incoming) {}

  Task<Status> write(std::span<const std::byte> data) {
    piece_.append(reinterpret_cast<const char*>(data.data()), data.size());
    if (piece_.size() >= kBlobPiece) HANSE_CO_CHECK(co_await flush());
    co_return Status();
  }
  Task<Status> flush() {
    const std::string piece = std::exchange(piece_, {});
    if (piece.empty()) co_return Status();
    co_return co_await incoming_.write(as_bytes(piece));
  }

 private:
  store::BlobFiles::Incoming& incoming_;
  std::string piece_;
};

}  // namespace

BlobCache::BlobCache(Runtime& runtime, Hashing& hashing, http::Client& zone, std::string folder)
    : runtime_(runtime),
      log_(runtime.log, "blobs"),
      zone_(zone),
      blobs_(runtime.files, hashing, runtime.random, std::move(folder)),
      running_(kMaxDownloads) {}

Task<Status> BlobCache::ensure(model::Blob blob) {
  if (!model::is_digest(blob.digest))
    co_return fail(Code::invalid_argument, "'{}' is no digest of a blob", blob.digest);
  const auto known = downloads_.find(blob.digest);
  if (known != downloads_.end()) co_return co_await wait_for(known->second);
  HANSE_CO_TRY(const std::optional<Bytes> found, co_await blobs_.find(blob.digest));
  if (found) co_return Status();
  // Somebody else may have begun in the meantime.
  std::shared_ptr<Download> download = downloads_[blob.digest];
  if (!download) {
    download = std::make_shared<Download>(runtime_.scheduler);
    downloads_[blob.digest] = download;
    if (!running_.spawn(run(blob, download))) {
      downloads_.erase(blob.digest);
      co_return fail(Code::resource_exhausted, "this host fetches {} blobs already; {} has to wait",
                     kMaxDownloads, blob.digest);
    }
  }
  co_return co_await wait_for(std::move(download));
}

Task<Status> BlobCache::wait_for(std::shared_ptr<Download> download) {
  while (!download->done) {
    const std::uint64_t seen = download->changed.version();
    co_await download->changed.changed_since(seen);
  }
  co_return download->result;
}

Task<void> BlobCache::run(model::Blob blob, std::shared_ptr<Download> download) {
  const MonotonicTime began = runtime_.clock.now();
  download->result = co_await fetch(blob);
  if (download->result)
    log_.info("fetched {} in {} ms", blob.digest,
              std::chrono::duration_cast<Millis>(runtime_.clock.now() - began).count());
  downloads_.erase(blob.digest);
  download->done = true;
  download->changed.notify();
}

Task<Status> BlobCache::fetch(model::Blob blob) {
  HANSE_CO_CHECK(co_await check_space(blob));
  store::BlobFiles::Incoming incoming = blobs_.receive();
  Status received = co_await receive(blob, incoming);
  if (received) co_return received;
  HANSE_CO_CHECK(co_await incoming.abandon());
  co_return fail(received.error().code, "blob {} cannot be fetched from the zone: {}", blob.digest,
                 received.error().message);
}

Task<Status> BlobCache::check_space(model::Blob blob) {
  HANSE_CO_TRY(const SpaceInfo space, co_await runtime_.files.space(blobs_.folder()));
  if (space.available >= blob.size + kSpareSpace) co_return Status();
  co_return fail(Code::resource_exhausted,
                 "blob {} needs {} MiB and {} has {} MiB free; make room there or move machines away",
                 blob.digest, to_mib_up(blob.size + kSpareSpace).value, blobs_.folder(),
                 space.available.value >> 20);
}

Task<Status> BlobCache::receive(model::Blob blob, store::BlobFiles::Incoming& incoming) {
  PieceWriter writer(incoming);
  http::Request request{.target = "/providers/hanse.storage/v1/blobs/" + blob.digest};
  HANSE_CO_TRY(const http::Response response,
               co_await zone_.download(std::move(request), [&writer](std::span<const std::byte> data) {
                 return writer.write(data);
               }));
  if (!http::is_success(response.status)) co_return fail(http::error_from_response(response));
  HANSE_CO_CHECK(co_await writer.flush());
  const Result<model::Blob> stored = co_await incoming.finish(blob.role, blob.digest);
  if (!stored) co_return fail(stored.error());
  co_return Status();
}

}  // namespace hanse::host
