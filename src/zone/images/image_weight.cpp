#include "zone/images/image_weight.h"

#include <algorithm>
#include <map>
#include <string>

namespace hanse::zone {
namespace {

// Two images may name the same file.
std::map<std::string, Bytes> files_of(const std::vector<model::Image>& images) {
  std::map<std::string, Bytes> files;
  for (const model::Image& image : images) {
    for (const model::Blob& blob : model::all_blobs(image.spec)) files.emplace(blob.digest, blob.size);
  }
  return files;
}

Task<Result<Bytes>> come_of(BlobFetchParts parts, std::string digest, Bytes size) {
  const auto names = co_await parts.runtime.files.list(parts.blobs.coming_folder(digest));
  if (!names && names.error().code == Code::not_found) co_return Bytes();
  if (!names) co_return fail(names.error());
  co_return std::min(size, Bytes{static_cast<std::int64_t>(names->size()) * image_chunk_bytes(size)});
}

}  // namespace

Task<Result<Bytes>> missing_bytes(BlobFetchParts parts, std::vector<model::Image> images) {
  Bytes missing;
  for (const auto& [digest, size] : files_of(images)) {
    HANSE_CO_TRY(const std::optional<Bytes> here, co_await parts.blobs.find(digest));
    if (here) continue;
    HANSE_CO_TRY(const Bytes come, co_await come_of(parts, digest, size));
    missing += size - come;
  }
  co_return missing;
}

Task<Result<migration::ImageSample>> sample_images(BlobManifests& manifests,
                                                   std::vector<model::Image> images) {
  const std::map<std::string, Bytes> files = files_of(images);
  std::size_t all = 0;
  for (const auto& [digest, size] : files) all += image_chunk_count(size);
  migration::ImageSample sample{.chunks = std::min(all, kImageSamples), .all = all <= kImageSamples};
  std::size_t before = 0;  // chunks of the files that were
  std::size_t taken = 0;
  for (const auto& [digest, size] : files) {
    const std::size_t count = image_chunk_count(size);
    for (; taken < sample.chunks && taken * all / sample.chunks < before + count; ++taken) {
      const std::size_t index = taken * all / sample.chunks - before;
      HANSE_CO_TRY(const std::string sent, co_await manifests.read_chunk(digest, index));
      sample.content += Bytes{static_cast<std::int64_t>(length_of_chunk(size, index))};
      sample.sent += Bytes{static_cast<std::int64_t>(sent.size())};
    }
    before += count;
  }
  co_return sample;
}

}  // namespace hanse::zone
