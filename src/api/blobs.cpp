// hanse.storage: the files of images, up and down.
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "api/json_body.h"
#include "api/query.h"
#include "api/resource_routes.h"
#include "base/json_mapping.h"

namespace hanse::api {
namespace {

constexpr char kBlobsPath[] = "/providers/hanse.storage/v1/blobs";
constexpr std::array kFormats{"raw", "qcow2", "vmdk", "auto"};
constexpr std::size_t kReadBytes = 256 * 1024;

Task<Result<http::Reply>> upload(Context& context, Call call) {
  model::BlobRole role = model::BlobRole::disk;
  if (const std::string text = text_parameter(call.request.query, "role"); !text.empty()) {
    if (const Status read = json::mapping::read(json::Value(text), role, ""); !read) {
      co_return fail_parameter("role", "role must be disk, kernel or initramfs");
    }
  }
  std::string format = text_parameter(call.request.query, "format");
  if (format.empty()) format = "auto";
  if (std::find(kFormats.begin(), kFormats.end(), format) == kFormats.end()) {
    co_return fail_parameter("format", "format must be raw, qcow2, vmdk or auto");
  }
  HANSE_CO_TRY(const zone::UploadedBlob blob,
               co_await context.parts.images.upload(*call.request.body_reader, role, std::move(format)));
  co_return json_reply(201, blob);
}

struct Download {
  Files& files;
  std::string path;
  std::int64_t offset = 0;
};

Task<Result<std::size_t>> read_piece(Download& download, std::span<std::byte> buffer) {
  const std::size_t most = std::min(buffer.size(), kReadBytes);
  HANSE_CO_TRY(const std::string piece,
               co_await download.files.read_at(download.path, download.offset, most));
  std::memcpy(buffer.data(), piece.data(), piece.size());
  download.offset += static_cast<std::int64_t>(piece.size());
  co_return piece.size();
}

Task<Result<http::Reply>> download(Context& context, Call call) {
  const std::string digest = call.path.at("digest");
  if (!model::is_digest(digest)) {
    co_return fail_parameter("digest", "the digest must be 'sha256:' and 64 hexadecimal digits");
  }
  store::BlobFiles& blobs = context.parts.images.blobs();
  HANSE_CO_TRY(const std::optional<Bytes> size, co_await blobs.find(digest));
  if (!size) co_return fail(Code::not_found, "blob {} is not in this zone", digest);
  // shared: the body's function is copyable.
  const auto state = std::make_shared<Download>(Download{context.parts.runtime.files, blobs.path_of(digest)});
  http::Reply reply(http::Response{200, {{"Content-Type", "application/octet-stream"}}});
  reply.body =
      http::BodySource{.length = static_cast<std::uint64_t>(size->value),
                       .read = [state](std::span<std::byte> buffer) { return read_piece(*state, buffer); }};
  co_return reply;
}

}  // namespace

void add_blob_routes(Routes& routes, Context& context) {
  routes.push_back(
      {.name = fmt::format("POST {}", kBlobsPath),
       .access = kUsers,
       .permission = {"hanse.storage", "blobs", "post", zone::Reach::anywhere},
       .summary = "Upload a file of an image; a disk is checked and stored as qcow2",
       .query = {{"role", ParameterType::text, "disk (default), kernel or initramfs"},
                 {"format", ParameterType::text, "raw, qcow2, vmdk or auto (default)"}},
       .answer_schema = "UploadedBlob",
       .success = 201,
       .options = {.body_limit = static_cast<std::uint64_t>(store::kMaxBlobBytes.value), .body_stream = true},
       .unlimited = true,
       .function = [&context](Call call) { return upload(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("GET {}/{{digest}}", kBlobsPath),
                    .access = {.user = true, .host = true, .peer = true},
                    .permission = {"hanse.storage", "blobs", "get", zone::Reach::anywhere},
                    .summary = "Download a file of an image",
                    .function = [&context](Call call) { return download(context, std::move(call)); }});
}

}  // namespace hanse::api
