#include "zone/images/blob_manifests.h"

#include <boost/json.hpp>
#include <memory>
#include <utility>

#include "base/bytes.h"
#include "codec/zstd.h"
#include "runtime/blocking.h"

namespace hanse::zone {
namespace {

constexpr Bytes kManifestLimit{16 << 20};

}  // namespace

std::string hex_digest(Hashing& hashing, std::string_view content) {
  const std::unique_ptr<Sha256> sum = hashing.sha256();
  sum->update(as_bytes(content));
  return sum->finish();
}

BlobManifests::BlobManifests(Runtime& runtime, Hashing& hashing, store::BlobFiles& blobs)
    : runtime_(runtime), hashing_(hashing), blobs_(blobs), making_(runtime.scheduler) {}

Task<Result<BlobManifest>> BlobManifests::load(std::string path, model::Blob blob) {
  HANSE_CO_TRY(const std::string text, co_await runtime_.files.read(path, kManifestLimit));
  HANSE_CO_TRY(const json::Value value, json::parse(text));
  HANSE_CO_TRY(BlobManifest manifest, json::from_json<BlobManifest>(value));
  HANSE_CO_CHECK(check(manifest, blob));
  co_return manifest;
}

Task<Result<BlobManifest>> BlobManifests::of(std::string digest) {
  co_await InProgress::wait_for_none(making_, digest);
  const InProgress making(making_, digest);
  HANSE_CO_TRY(const std::optional<Bytes> size, co_await blobs_.find(digest));
  if (!size) co_return fail(Code::not_found, "blob {} is not in this zone", digest);
  auto known = co_await load(blobs_.manifest_path(digest), {.digest = digest, .size = *size});
  if (known) co_return known;
  co_return co_await make(digest, *size);
}

Task<Result<BlobManifest>> BlobManifests::make(std::string digest, Bytes size) {
  BlobManifest manifest{.size = size, .chunk_bytes = image_chunk_bytes(size)};
  for (std::size_t index = 0; index < image_chunk_count(size); ++index) {
    const auto offset = static_cast<std::int64_t>(index) * manifest.chunk_bytes;
    HANSE_CO_TRY(std::string content, co_await runtime_.files.read_at(blobs_.path_of(digest), offset,
                                                                      length_of_chunk(size, index)));
    manifest.chunks.push_back(co_await run_blocking(
        runtime_.blocking, runtime_.scheduler,
        [hashing = &hashing_, content = std::move(content)] { return hex_digest(*hashing, content); }));
  }
  HANSE_CO_CHECK(co_await keep(digest, manifest));
  co_return manifest;
}

Task<Status> BlobManifests::keep(std::string digest, BlobManifest manifest) {
  return runtime_.files.write_atomically(blobs_.manifest_path(digest), json::dump(to_json(manifest)));
}

Task<Result<std::map<std::string, BlobManifests::Place>>> BlobManifests::index(
    const std::set<std::string>& wanted) {
  std::map<std::string, Place> places;
  HANSE_CO_TRY(const std::set<std::string> digests, co_await blobs_.digests());
  std::size_t indexed = 0;
  for (const std::string& digest : digests) {
    if (indexed >= kMaxIndexed) break;
    HANSE_CO_TRY(const std::optional<Bytes> size, co_await blobs_.find(digest));
    if (!size) continue;
    const auto manifest = co_await load(blobs_.manifest_path(digest), {.digest = digest, .size = *size});
    if (!manifest) continue;
    ++indexed;
    for (std::size_t i = 0; i < manifest->chunks.size(); ++i) {
      if (!wanted.contains(manifest->chunks[i])) continue;
      places.emplace(manifest->chunks[i],
                     Place{blobs_.path_of(digest), static_cast<std::int64_t>(i) * manifest->chunk_bytes,
                           length_of_chunk(manifest->size, i)});
    }
  }
  co_return places;
}

Task<Result<std::string>> BlobManifests::read_chunk(std::string digest, std::size_t index) {
  HANSE_CO_TRY(const std::optional<Bytes> size, co_await blobs_.find(digest));
  if (!size) co_return fail(Code::not_found, "blob {} is not in this zone", digest);
  if (index >= image_chunk_count(*size))
    co_return fail(Code::invalid_argument, "blob {} has {} chunks; there is no chunk {}", digest,
                   image_chunk_count(*size), index);
  const auto offset = static_cast<std::int64_t>(index) * image_chunk_bytes(*size);
  HANSE_CO_TRY(std::string content, co_await runtime_.files.read_at(blobs_.path_of(digest), offset,
                                                                    length_of_chunk(*size, index)));
  co_return co_await run_blocking(runtime_.blocking, runtime_.scheduler, [content = std::move(content)] {
    return codec::ZstdCompressor().compress(content);
  });
}

}  // namespace hanse::zone
