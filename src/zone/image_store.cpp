#include "zone/image_store.h"

#include <boost/json.hpp>

#include "base/json_mapping.h"
#include "zone/images/disk_import.h"

namespace hanse::zone {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;
constexpr std::uint32_t kScratchMode = 0755;

Task<Status> write_piece(store::BlobFiles::Incoming& incoming, Bytes& fetched,
                         std::span<const std::byte> piece) {
  HANSE_CO_CHECK(co_await incoming.write(piece));
  fetched = incoming.received();
  co_return Status();
}

// Appends all of the body to the file.
Task<Status> save(Files& files, http::BodyReader& body, std::string path) {
  std::vector<std::byte> buffer(kPieceBytes);
  Bytes total;
  while (true) {
    HANSE_CO_TRY(const std::size_t count, co_await body.read_some(buffer));
    if (count == 0) break;
    total += Bytes{static_cast<std::int64_t>(count)};
    if (total > store::kMaxBlobBytes)
      co_return fail(Code::resource_exhausted, "the image is larger than 1 TiB");
    std::string piece(reinterpret_cast<const char*>(buffer.data()), count);
    HANSE_CO_CHECK(co_await files.append(path, std::move(piece), 0644));
  }
  if (total.value == 0)
    co_return fail(Code::invalid_argument, "the file is empty; send the content of an image");
  co_return Status();
}

}  // namespace

HANSE_DEFINE_JSON(UploadedBlob)

Task<Result<UploadedBlob>> ImageStore::upload(http::BodyReader& body, model::BlobRole role,
                                              std::string format) {
  if (role != model::BlobRole::disk) {
    store::BlobFiles::Incoming incoming = blobs_.receive();
    const Status saved = co_await save(runtime_.files, body, incoming.partial_path());
    if (!saved) {
      HANSE_CO_CHECK(co_await incoming.abandon());
      co_return fail(saved.error());
    }
    HANSE_CO_TRY(const model::Blob blob, co_await put_in_place(incoming.partial_path(), role));
    co_return UploadedBlob{role, blob.digest, blob.size, {}};
  }
  if (!is_import_format(format))
    co_return fail(
        Error{Code::invalid_argument, "format must be one of " + import_formats(), {{{}, "format"}}});
  // A folder of its own, so that the unprivileged converter can write there and nowhere else.
  const std::string folder = blobs_.temporary_path();
  HANSE_CO_CHECK(co_await runtime_.files.make_directories(folder, kScratchMode));
  Status saved = co_await save(runtime_.files, body, folder + "/upload");
  if (saved && converter_)
    saved = co_await runtime_.files.change_owner(folder, converter_->user, converter_->group);
  Result<UploadedBlob> taken = saved ? co_await take_disk(folder, std::move(format)) : fail(saved.error());
  HANSE_CO_CHECK(co_await runtime_.files.remove_all(folder));
  co_return taken;
}

Task<Result<model::Blob>> ImageStore::put_in_place(std::string path, model::BlobRole role) {
  HANSE_CO_TRY(const model::Blob blob, co_await blobs_.describe(path, role));
  co_await reconciler_.settled(blob.digest);
  reconciler_.came(blob.digest);
  HANSE_CO_CHECK(co_await blobs_.adopt(std::move(path), blob));
  co_return blob;
}

Task<Result<UploadedBlob>> ImageStore::take_disk(std::string folder, std::string format) {
  DiskImport import(runtime_, converter_, std::move(folder));
  HANSE_CO_TRY(const ImportedDisk disk, co_await import.run(std::move(format)));
  HANSE_CO_TRY(const model::Blob blob, co_await put_in_place(disk.path, model::BlobRole::disk));
  co_return UploadedBlob{model::BlobRole::disk, blob.digest, blob.size, to_mib_up(disk.virtual_size)};
}

Task<Status> ImageStore::fetch(federation::PeerClient& peer, model::Blob blob, Bytes& fetched) {
  HANSE_CO_TRY(const std::optional<Bytes> size, co_await blobs_.find(blob.digest));
  if (size == blob.size) co_return Status();
  store::BlobFiles::Incoming incoming = blobs_.receive();
  const auto response = co_await peer.download("/providers/hanse.storage/v1/blobs/" + blob.digest,
                                               [&incoming, &fetched](std::span<const std::byte> piece) {
                                                 return write_piece(incoming, fetched, piece);
                                               });
  Status got;
  if (!response) got = fail(response.error());
  if (response && !http::is_success(response->status)) got = fail(http::error_from_response(*response));
  if (!got) {
    HANSE_CO_CHECK(co_await incoming.abandon());
    co_return got;
  }
  const auto placed = co_await incoming.finish(blob.role, blob.digest);
  if (!placed) co_return fail(placed.error());
  co_return Status();
}

}  // namespace hanse::zone
