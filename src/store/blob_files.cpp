#include "store/blob_files.h"

namespace hanse::store {
namespace {

constexpr std::string_view kPartialSuffix = ".partial";
constexpr std::string_view kComingSuffix = ".coming";
constexpr std::string_view kManifestSuffix = ".chunks";
constexpr std::string_view kDigestPrefix = "sha256:";
constexpr std::string_view kNamePrefix = "sha256-";
constexpr std::uint32_t kBlobMode = 0644;  // the hypervisor's user reads it
constexpr std::uint32_t kFolderMode = 0755;

}  // namespace

Task<Status> BlobFiles::clean_up() {
  HANSE_CO_CHECK(co_await files_.make_directories(folder_, kFolderMode));
  HANSE_CO_TRY(const std::vector<std::string> names, co_await files_.list(folder_));
  for (const std::string& name : names) {
    if (name.ends_with(kPartialSuffix)) HANSE_CO_CHECK(co_await files_.remove_all(folder_ + "/" + name));
  }
  co_return Status();
}

std::string BlobFiles::temporary_path() const {
  return fmt::format("{}/{}{}", folder_, random_token(random_, 16), kPartialSuffix);
}

std::string BlobFiles::path_of(const std::string& digest) const {
  return fmt::format("{}/{}{}", folder_, kNamePrefix, digest.substr(kDigestPrefix.size()));
}

std::string BlobFiles::coming_folder(const std::string& digest) const {
  return path_of(digest) + std::string(kComingSuffix);
}

std::string BlobFiles::manifest_path(const std::string& digest) const {
  return path_of(digest) + std::string(kManifestSuffix);
}

BlobFiles::Incoming BlobFiles::receive() {
  return Incoming(*this, temporary_path(), hashing_.sha256());
}

Task<Status> BlobFiles::Incoming::write(std::span<const std::byte> data) {
  received_ += Bytes{static_cast<std::int64_t>(data.size())};
  if (received_ > kMaxBlobBytes) {
    co_return fail(Code::resource_exhausted, "a blob has at most {} bytes", kMaxBlobBytes.value);
  }
  hash_->update(data);
  std::string piece(reinterpret_cast<const char*>(data.data()), data.size());
  co_return co_await owner_.files_.append(partial_, std::move(piece), kBlobMode);
}

Task<Result<model::Blob>> BlobFiles::Incoming::finish(model::BlobRole role, std::string digest) {
  const std::string found = "sha256:" + hash_->finish();
  if (!digest.empty() && found != digest) {
    HANSE_CO_CHECK(co_await abandon());
    co_return fail(Code::data_loss,
                   "the content has the digest {} and not {}; it was damaged on its way or at its origin",
                   found, digest);
  }
  if (received_.value == 0)
    co_return fail(Code::invalid_argument, "the file is empty; send the content of an image");
  HANSE_CO_CHECK(co_await owner_.files_.sync(partial_));
  HANSE_CO_CHECK(co_await owner_.files_.rename(partial_, owner_.path_of(found)));
  co_return model::Blob{role, found, received_};
}

Task<Status> BlobFiles::Incoming::abandon() {
  return owner_.files_.remove_all(partial_);
}

Task<Result<model::Blob>> BlobFiles::describe(std::string path, model::BlobRole role) {
  HANSE_CO_TRY(const std::string hex, co_await hashing_.sha256_of_file(path));
  HANSE_CO_TRY(const FileInfo info, co_await files_.info(path));
  co_return model::Blob{role, "sha256:" + hex, info.size};
}

Task<Status> BlobFiles::adopt(std::string path, model::Blob blob) {
  HANSE_CO_CHECK(co_await files_.sync(path));
  co_return co_await files_.rename(path, path_of(blob.digest));
}

Task<Result<std::optional<Bytes>>> BlobFiles::find(std::string digest) {
  const Result<FileInfo> info = co_await files_.info(path_of(digest));
  if (info) co_return std::optional<Bytes>(info->size);
  if (info.error().code == Code::not_found) co_return std::optional<Bytes>();
  co_return fail(info.error());
}

Task<Result<std::set<std::string>>> BlobFiles::digests() {
  HANSE_CO_TRY(const std::vector<std::string> names, co_await files_.list(folder_));
  std::set<std::string> found;
  for (const std::string& name : names) {
    if (!name.starts_with(kNamePrefix)) continue;
    std::string digest =
        std::string(kDigestPrefix) + name.substr(kNamePrefix.size(), name.find('.') - kNamePrefix.size());
    if (model::is_digest(digest)) found.insert(std::move(digest));
  }
  co_return found;
}

Task<Status> BlobFiles::remove(std::string digest) {
  HANSE_CO_CHECK(co_await files_.remove_all(coming_folder(digest)));
  HANSE_CO_CHECK(co_await files_.remove_all(manifest_path(digest)));
  co_return co_await files_.remove_all(path_of(digest));
}

}  // namespace hanse::store
