#include "store/blob_files.h"

namespace hanse::store {
namespace {

constexpr std::string_view kPartialSuffix = ".partial";
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
  constexpr std::size_t kPrefix = 7;  // "sha256:"
  return folder_ + "/sha256-" + digest.substr(kPrefix);
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

Task<Result<model::Blob>> BlobFiles::adopt(std::string path, model::BlobRole role) {
  HANSE_CO_TRY(const std::string hex, co_await hashing_.sha256_of_file(path));
  HANSE_CO_TRY(const FileInfo info, co_await files_.info(path));
  const std::string digest = "sha256:" + hex;
  HANSE_CO_CHECK(co_await files_.sync(path));
  HANSE_CO_CHECK(co_await files_.rename(path, path_of(digest)));
  co_return model::Blob{role, digest, info.size};
}

Task<Result<std::optional<Bytes>>> BlobFiles::find(std::string digest) {
  const Result<FileInfo> info = co_await files_.info(path_of(digest));
  if (info) co_return std::optional<Bytes>(info->size);
  if (info.error().code == Code::not_found) co_return std::optional<Bytes>();
  co_return fail(info.error());
}

Task<Status> BlobFiles::remove(std::string digest) {
  return files_.remove_all(path_of(digest));
}

}  // namespace hanse::store
