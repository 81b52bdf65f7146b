#include "zone/images/oci_archive.h"

#include "zone/images/oci_manifest.h"

namespace hanse::zone {
namespace {

constexpr Bytes kMaxDocument{4 << 20};
// An index names a manifest, or an index that does.
constexpr int kMaxIndexDepth = 3;

// The blobs of a layout are all below this.
std::string blob_name(const std::string& digest) {
  constexpr std::string_view kPrefix = "sha256:";
  return "blobs/sha256/" + digest.substr(kPrefix.size());
}

}  // namespace

Task<Result<std::vector<std::string>>> OciArchive::layers() {
  if (!names_.contains("oci-layout") || !names_.contains("index.json")) {
    co_return fail(Code::invalid_argument,
                   "the file is no OCI archive; 'skopeo copy docker://IMAGE oci-archive:FILE' and 'podman "
                   "save --format oci-archive' write such");
  }
  HANSE_CO_TRY(const std::string layout, co_await read_document(folder_ + "/oci-layout"));
  HANSE_CO_CHECK(check_oci_layout(layout));
  HANSE_CO_TRY(const std::string text, co_await find_manifest());
  HANSE_CO_TRY(const OciManifest manifest, read_oci_manifest(text));
  HANSE_CO_TRY(const std::string config, co_await read_blob(manifest.config));
  HANSE_CO_CHECK(check_oci_config(config));
  std::vector<std::string> paths;
  for (const std::string& digest : manifest.layers) {
    HANSE_CO_TRY(std::string path, co_await verify(digest));
    paths.push_back(std::move(path));
  }
  co_return paths;
}

Task<Result<std::string>> OciArchive::find_manifest() {
  HANSE_CO_TRY(std::string index, co_await read_document(folder_ + "/index.json"));
  for (int depth = 0; depth < kMaxIndexDepth; ++depth) {
    HANSE_CO_TRY(std::vector<OciIndexEntry> entries, read_oci_index(index));
    // Of an image of many architectures some programs save one, and the whole index with it.
    std::erase_if(entries, [&](const OciIndexEntry& one) { return !names_.contains(blob_name(one.digest)); });
    if (entries.size() != 1) {
      co_return fail(
          Code::invalid_argument,
          "the archive has {} images and must have one; copy the one of your architecture: 'skopeo "
          "copy --override-arch amd64 docker://IMAGE oci-archive:FILE'",
          entries.size());
    }
    HANSE_CO_TRY(std::string document, co_await read_blob(entries.front().digest));
    if (!entries.front().is_index) co_return document;
    index = std::move(document);
  }
  co_return fail(Code::invalid_argument, "the indexes of the archive are nested more than {} deep",
                 kMaxIndexDepth);
}

Task<Result<std::string>> OciArchive::verify(std::string digest) {
  if (!names_.contains(blob_name(digest)))
    co_return fail(Code::data_loss, "the archive does not have {}, which its image needs", digest);
  std::string path = folder_ + "/" + blob_name(digest);
  HANSE_CO_CHECK(co_await tools_.require_file(path));
  HANSE_CO_TRY(const std::string sum, co_await tools_.run({"sha256sum", "--", path}));
  if (sum.substr(0, sum.find(' ')) != digest.substr(digest.find(':') + 1))
    co_return fail(Code::data_loss, "the archive is damaged: the content of {} has another digest", digest);
  co_return path;
}

Task<Result<std::string>> OciArchive::read_blob(std::string digest) {
  HANSE_CO_TRY(std::string path, co_await verify(std::move(digest)));
  co_return co_await read_document(std::move(path));
}

// By a tool, since it belongs to the user whom the tools run as.
Task<Result<std::string>> OciArchive::read_document(std::string path) {
  HANSE_CO_CHECK(co_await tools_.require_file(path));
  co_return co_await tools_.run({"cat", "--", path}, {.output_limit = kMaxDocument});
}

}  // namespace hanse::zone
