// hanse.storage: the files of images, up and down.
#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <system_error>

#include "api/json_body.h"
#include "api/query.h"
#include "api/resource_routes.h"
#include "base/json_mapping.h"
#include "zone/images/disk_import.h"

namespace hanse::api {
namespace {

constexpr char kBlobsPath[] = "/providers/hanse.storage/v1/blobs";
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
  if (!zone::is_import_format(format))
    co_return fail_parameter("format", "format must be one of " + zone::import_formats());
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

Result<std::string> digest_in(const Call& call) {
  const std::string& digest = call.path.at("digest");
  if (model::is_digest(digest)) return digest;
  return fail_parameter("digest", "the digest must be 'sha256:' and 64 hexadecimal digits");
}

// Digest of a file that the caller may have: a peer what the policy gives it. Errors: permission_denied.
Result<std::string> given_digest(const Context& context, const Call& call) {
  HANSE_TRY(std::string digest, digest_in(call));
  if (call.caller.kind == zone::CallerKind::peer)
    HANSE_CHECK(context.parts.admission.gives_blob(call.caller.name, digest));
  return digest;
}

Task<Result<http::Reply>> get_manifest(Context& context, Call call) {
  HANSE_CO_TRY(const std::string digest, given_digest(context, call));
  HANSE_CO_TRY(const zone::BlobManifest manifest, co_await context.parts.blob_manifests.of(digest));
  co_return json_reply(200, manifest);
}

Task<Result<http::Reply>> get_chunk(Context& context, Call call) {
  HANSE_CO_TRY(const std::string digest, given_digest(context, call));
  const std::string& text = call.path.at("chunk");
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    co_return fail_parameter("chunk", "the chunk must be a number");
  HANSE_CO_TRY(std::string content, co_await context.parts.blob_manifests.read_chunk(digest, number));
  co_return http::Reply(http::Response{200, {{"Content-Type", "application/zstd"}}, std::move(content)});
}

Task<Result<http::Reply>> download(Context& context, Call call) {
  HANSE_CO_TRY(const std::string digest, given_digest(context, call));
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
                 {"format", ParameterType::text, "auto (default), raw, qcow2, vmdk, vhd, vhdx, ova or oci"}},
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
  routes.push_back({.name = fmt::format("GET {}/{{digest}}/manifest", kBlobsPath),
                    .access = {.user = true, .peer = true},
                    .permission = {"hanse.storage", "blobs", "get", zone::Reach::anywhere},
                    .summary = "The chunks of a file of an image, by digest",
                    .answer_schema = "BlobManifest",
                    .unlimited = true,
                    .function = [&context](Call call) { return get_manifest(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("GET {}/{{digest}}/chunks/{{chunk}}", kBlobsPath),
                    .access = {.user = true, .peer = true},
                    .permission = {"hanse.storage", "blobs", "get", zone::Reach::anywhere},
                    .summary = "One chunk of a file of an image, by its number, compressed by zstd",
                    .function = [&context](Call call) { return get_chunk(context, std::move(call)); }});
}

}  // namespace hanse::api
