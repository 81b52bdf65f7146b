#include "zone/image_store.h"

#include <boost/json.hpp>

#include "base/json_mapping.h"

namespace hanse::zone {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;
constexpr std::uint32_t kScratchMode = 0755;
// What a hostile image may cost before the tool that reads it is ended.
constexpr Bytes kToolMemory{std::int64_t{4} << 30};
constexpr Seconds kToolProcessorTime{600};
constexpr Nanos kToolTime = Seconds{1200};
constexpr std::int64_t kSectorBytes = 512;

struct ImageInfo {
  std::string format;
  Bytes virtual_size;
};

// What `qemu-img info --output=json` says. Its field names are not of our style, so they are taken by hand.
Result<ImageInfo> read_info(const std::string& text) {
  HANSE_TRY(const json::Value value, json::parse(text));
  if (!value.is_object()) return fail(Code::data_loss, "qemu-img did not say what the image is");
  const json::Object& info = value.get_object();
  if (info.contains("backing-filename") || info.contains("encrypted")) {
    return fail(
        Code::invalid_argument,
        "the image needs another file or a key; flatten it with 'qemu-img convert' and import the result");
  }
  const json::Value* format = info.if_contains("format");
  const json::Value* size = info.if_contains("virtual-size");
  if (format == nullptr || !format->is_string() || size == nullptr || !size->is_number()) {
    return fail(Code::data_loss, "qemu-img did not say what the image is");
  }
  return ImageInfo{std::string(format->get_string()), Bytes{size->to_number<std::int64_t>()}};
}

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
    HANSE_CO_TRY(const model::Blob blob, co_await blobs_.adopt(incoming.partial_path(), role));
    co_return UploadedBlob{role, blob.digest, blob.size, {}};
  }
  if (format != "raw" && format != "qcow2" && format != "vmdk" && format != "auto") {
    co_return fail(
        Error{Code::invalid_argument, "format must be raw, qcow2, vmdk or auto", {{{}, "format"}}});
  }
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

Task<Result<UploadedBlob>> ImageStore::take_disk(std::string folder, std::string format) {
  const std::string upload = folder + "/upload";
  const std::string converted = folder + "/converted";
  HANSE_CO_TRY(const std::string found, co_await probe(upload, format));
  HANSE_CO_CHECK(co_await check_intact(upload, found));
  HANSE_CO_TRY(const std::string output,
               co_await run_tool({"qemu-img", "convert", "-f", found, "-O", "qcow2", upload, converted}));
  HANSE_CO_TRY(const std::string text,
               co_await run_tool({"qemu-img", "info", "--output=json", "-f", "qcow2", converted}));
  HANSE_CO_TRY(const ImageInfo info, read_info(text));
  HANSE_CO_TRY(const model::Blob blob, co_await blobs_.adopt(converted, model::BlobRole::disk));
  co_return UploadedBlob{model::BlobRole::disk, blob.digest, blob.size, to_mib_up(info.virtual_size)};
}

Task<Result<std::string>> ImageStore::probe(std::string path, std::string format) {
  std::vector<std::string> arguments = {"qemu-img", "info", "--output=json", path};
  if (format != "auto") arguments.insert(arguments.end() - 1, {"-f", format});
  HANSE_CO_TRY(const std::string text, co_await run_tool(std::move(arguments)));
  HANSE_CO_TRY(const ImageInfo info, read_info(text));
  if (format == "auto" && info.format != "qcow2" && info.format != "vmdk") {
    // Anything at all passes for a raw disk; only the user can say that it is one.
    co_return fail(Code::invalid_argument,
                   "the file is neither qcow2 nor vmdk (it looks like {}); if it is a raw disk, say so with "
                   "--format raw",
                   info.format);
  }
  HANSE_CO_TRY(const FileInfo file, co_await runtime_.files.info(path));
  if (info.format == "raw" && file.size.value % kSectorBytes != 0) {
    co_return fail(Code::data_loss,
                   "a raw disk consists of sectors of {} bytes and the file has {} bytes; was it cut short?",
                   kSectorBytes, file.size.value);
  }
  co_return info.format;
}

Task<Status> ImageStore::check_intact(std::string path, std::string format) {
  if (format == "raw") co_return Status();
  const auto checked = co_await run_tool({"qemu-img", "check", "-q", "-f", format, path});
  if (!checked)
    co_return fail(Code::data_loss, "the image is damaged or cut short: {}", checked.error().message);
  co_return Status();
}

Task<Result<std::string>> ImageStore::run_tool(std::vector<std::string> arguments) {
  const std::string what = arguments.at(0) + " " + arguments.at(1);
  constexpr int kLeaksOnly = 3;  // of `qemu-img check`: clusters that nothing uses, which conversion drops
  ProcessOptions options{.arguments = std::move(arguments),
                         .as_user = converter_,
                         .working_directory = "/",
                         .time_limit = kToolTime,
                         .address_space_limit = kToolMemory,
                         .cpu_limit = kToolProcessorTime};
  HANSE_CO_TRY(const ProcessResult result, co_await runtime_.processes.run(std::move(options)));
  if (result.exit_status == 0 || result.exit_status == kLeaksOnly) co_return result.output;
  co_return fail(Code::data_loss, "{}: {}", what,
                 result.error_output.substr(0, result.error_output.find('\n')));
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
