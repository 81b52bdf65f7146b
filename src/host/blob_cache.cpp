#include "host/blob_cache.h"

#include <algorithm>
#include <utility>

#include "runtime/sleep.h"

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

BlobCache::BlobCache(Runtime& runtime, Hashing& hashing, http::Client& zone, BlobCacheOptions options)
    : runtime_(runtime),
      log_(runtime.log, "blobs"),
      zone_(zone),
      options_(std::move(options)),
      blobs_(runtime.files, hashing, runtime.random, options_.folder),
      removing_(runtime.scheduler),
      running_(kMaxDownloads) {}

Task<Status> BlobCache::ensure(model::Blob blob) {
  if (!model::is_digest(blob.digest))
    co_return fail(Code::invalid_argument, "'{}' is no digest of a blob", blob.digest);
  const auto known = downloads_.find(blob.digest);
  if (known != downloads_.end()) co_return co_await wait_for(known->second);
  co_await InProgress::wait_for_none(removing_, blob.digest);
  HANSE_CO_TRY(const std::optional<Bytes> found, co_await blobs_.find(blob.digest));
  if (found) {
    last_use_[blob.digest] = runtime_.clock.now();
    co_return Status();
  }
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
  if (download->result) {
    last_use_[blob.digest] = runtime_.clock.now();
    log_.info("fetched {} in {} ms", blob.digest,
              std::chrono::duration_cast<Millis>(runtime_.clock.now() - began).count());
  }
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

Task<void> BlobCache::keep_within_limit() {
  for (;;) {
    // At first the zone has not said yet which machines are to be here.
    co_await sleep_for(runtime_.scheduler, kBlobCacheLook);
    const Status made = co_await make_room({});
    if (!made) log_.warning("no room can be made in {}: {}", blobs_.folder(), made.error().message);
  }
}

// How much has to go so that `wanted` more is within the limit and leaves the spare space.
Task<Result<Bytes>> BlobCache::excess(Bytes wanted) {
  HANSE_CO_TRY(const std::set<std::string> digests, co_await blobs_.digests());
  Bytes total;
  for (const std::string& digest : digests) {
    HANSE_CO_TRY(const std::optional<Bytes> size, co_await blobs_.find(digest));
    total += size.value_or(Bytes());
  }
  HANSE_CO_TRY(const SpaceInfo space, co_await runtime_.files.space(blobs_.folder()));
  const Bytes over_limit = total + wanted - options_.limit;
  const Bytes over_space = wanted + kSpareSpace - space.available;
  co_return std::max(over_limit, over_space);
}

Task<Result<std::vector<std::string>>> BlobCache::longest_unused_first() {
  HANSE_CO_TRY(const std::set<std::string> digests, co_await blobs_.digests());
  std::vector<std::pair<MonotonicTime, std::string>> uses;
  for (const std::string& digest : digests) {
    const auto known = last_use_.find(digest);
    uses.emplace_back(known == last_use_.end() ? MonotonicTime() : known->second, digest);
  }
  std::sort(uses.begin(), uses.end());
  std::vector<std::string> order;
  for (auto& [last_use, digest] : uses) order.push_back(std::move(digest));
  co_return order;
}

Task<Status> BlobCache::make_room(Bytes wanted) {
  HANSE_CO_TRY(Bytes rest, co_await excess(wanted));
  if (rest.value <= 0) co_return Status();
  HANSE_CO_TRY(const std::vector<std::string> digests, co_await longest_unused_first());
  for (const std::string& digest : digests) {
    HANSE_CO_TRY(const std::optional<Bytes> size, co_await blobs_.find(digest));
    // Looks and holds in one step: what a machine needs from here on, it waits for.
    HANSE_CO_TRY(const std::set<std::string> used, options_.used());
    if (!size || used.contains(digest) || removing_.keys.contains(digest)) continue;
    const InProgress removing(removing_, digest);
    HANSE_CO_CHECK(co_await blobs_.remove(digest));
    last_use_.erase(digest);
    log_.info("removed {}, which no machine here uses, to make room", digest);
    rest = rest - *size;
    if (rest.value <= 0) break;
  }
  co_return Status();
}

Task<Status> BlobCache::check_space(model::Blob blob) {
  if (const Status made = co_await make_room(blob.size); !made)
    log_.warning("no room can be made in {}: {}", blobs_.folder(), made.error().message);
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
