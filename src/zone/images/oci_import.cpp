#include "zone/images/oci_import.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "zone/images/oci_archive.h"

namespace hanse::zone {
namespace {

constexpr std::int64_t kMaxFiles = 300'000;
constexpr Bytes kMaxContent{std::int64_t{64} << 30};
constexpr Bytes kMaxListing{64 << 20};
// Far below what the kernel takes.
constexpr std::size_t kMaxArgumentBytes = 256 * 1024;

// Not in everybody's PATH.
constexpr char kMke2fs[] = "/usr/sbin/mke2fs";
constexpr std::int64_t kBlockBytes = 4096;
constexpr std::int64_t kKibBytes = 1024;
// Beyond the content: a third, for what the file system itself needs and the guest writes at first.
constexpr std::int64_t kSlackPart = 3;
constexpr std::int64_t kMinSlack = std::int64_t{64} << 20;

// So many at the end as fit into one command line.
std::vector<std::string> take_arguments(std::vector<std::string>& names, const std::string& prefix) {
  std::vector<std::string> taken;
  std::size_t bytes = 0;
  while (!names.empty() && bytes < kMaxArgumentBytes) {
    taken.push_back(prefix + names.back());
    bytes += taken.back().size();
    names.pop_back();
  }
  return taken;
}

std::vector<std::string> joined(std::vector<std::string> first, std::vector<std::string> second) {
  std::move(second.begin(), second.end(), std::back_inserter(first));
  return first;
}

}  // namespace

Task<Result<std::string>> OciImport::run() {
  HANSE_CO_CHECK(co_await tools_.run({"mkdir", "--mode=0700", folder_}));
  HANSE_CO_CHECK(co_await tools_.run({"mkdir", folder_ + "/layout", folder_ + "/root"}));
  HANSE_CO_CHECK(co_await tools_.run({"touch", folder_ + "/fakeroot"}));
  HANSE_CO_TRY(const std::vector<std::string> layers, co_await unpack_archive());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Status added = co_await add_layer(layers[i], fmt::format("{}/layer-{}", folder_, i + 1));
    if (!added) {
      co_return fail(added.error().code, "layer {} of {}: {}", i + 1, layers.size(), added.error().message);
    }
  }
  co_return co_await make_file_system();
}

Task<Result<TarListing>> OciImport::measure(std::string archive) {
  HANSE_CO_TRY(const std::string text,
               co_await tools_.run(tar_listing_command(archive), {.output_limit = kMaxListing}));
  HANSE_CO_TRY(TarListing listing, read_tar_listing(text));
  entries_ += listing.entries;
  if (entries_ > kMaxFiles)
    co_return fail(Code::resource_exhausted, "the image has more than {} files", kMaxFiles);
  if (listing.size > kMaxContent - size_)
    co_return fail(Code::resource_exhausted, "the files of the image are larger than {} GiB",
                   kMaxContent.value >> 30);
  size_ += listing.size;
  co_return listing;
}

Task<Result<std::vector<std::string>>> OciImport::unpack_archive() {
  HANSE_CO_TRY(TarListing listing, co_await measure(archive_));
  const std::string layout = folder_ + "/layout";
  HANSE_CO_CHECK(co_await tools_.run(
      {"tar", "--extract", "--force-local", "--file", archive_, "--directory", layout, "--no-same-owner"}));
  OciArchive archive(tools_, layout, std::move(listing.names));
  co_return co_await archive.layers();
}

Task<Status> OciImport::add_layer(std::string archive, std::string layer) {
  HANSE_CO_TRY(const TarListing listing, co_await measure(archive));
  HANSE_CO_CHECK(co_await tools_.run({"mkdir", layer}));
  HANSE_CO_CHECK(co_await run_as_root({"tar", "--extract", "--force-local", "--file", archive, "--directory",
                                       layer, "--numeric-owner", "--same-owner", "--same-permissions"}));
  HANSE_CO_TRY(const std::string found,
               co_await tools_.run({"find", layer, "-mindepth", "1", "-printf", "%y%P\\0"},
                                   {.output_limit = kMaxListing}));
  HANSE_CO_TRY(OciLayerPlan plan, tree_.add(read_oci_entries(found), listing.names));
  co_return co_await apply(std::move(plan), std::move(layer));
}

Task<Status> OciImport::apply(OciLayerPlan plan, std::string layer) {
  const std::string root = folder_ + "/root";
  HANSE_CO_CHECK(co_await remove(layer, std::move(plan.remove_from_layer)));
  HANSE_CO_CHECK(co_await keep_folders(layer, std::move(plan.kept_folders)));
  HANSE_CO_CHECK(co_await remove(root, std::move(plan.remove_from_tree)));
  co_return co_await run_as_root({"cp", "--archive", "--link", layer + "/.", root});
}

Task<Status> OciImport::remove(std::string folder, std::vector<std::string> names) {
  while (!names.empty())
    HANSE_CO_CHECK(co_await run_as_root(joined({"rm", "-rf", "--"}, take_arguments(names, folder + "/"))));
  co_return Status();
}

// Gives the folders of the layer the owner, mode and times that they have in the tree.
Task<Status> OciImport::keep_folders(std::string layer, std::vector<std::string> names) {
  const std::string kept = folder_ + "/folders.tar";
  while (!names.empty()) {
    HANSE_CO_CHECK(
        co_await run_as_root(joined({"tar", "--create", "--force-local", "--file", kept, "--directory",
                                     folder_ + "/root", "--numeric-owner", "--no-recursion", "--"},
                                    take_arguments(names, ""))));
    HANSE_CO_CHECK(co_await run_as_root({"tar", "--extract", "--force-local", "--file", kept, "--directory",
                                         layer, "--numeric-owner", "--same-owner", "--same-permissions"}));
  }
  co_return Status();
}

Task<Result<std::string>> OciImport::make_file_system() {
  const std::string root = folder_ + "/root";
  HANSE_CO_TRY(const std::string used,
               co_await tools_.run({"du", "--summarize", "--apparent-size", "--block-size=1", root}));
  std::int64_t content = 0;
  std::from_chars(used.data(), used.data() + used.size(), content);
  // Each file ends in a block that it does not fill.
  content += static_cast<std::int64_t>(tree_.size()) * kBlockBytes;
  const std::int64_t size = content + std::max(content / kSlackPart, kMinSlack);
  std::string disk = folder_ + "/root.raw";
  // An inode for each block, since an image may be of many small files.
  HANSE_CO_CHECK(co_await run_as_root({kMke2fs, "-q", "-t", "ext4", "-b", std::to_string(kBlockBytes), "-i",
                                       std::to_string(kBlockBytes), "-d", root, disk,
                                       std::to_string(size / kKibBytes) + "k"}));
  co_return disk;
}

Task<Status> OciImport::run_as_root(std::vector<std::string> arguments) {
  HANSE_CO_CHECK(co_await tools_.run(std::move(arguments), {.fakeroot_state = folder_ + "/fakeroot"}));
  co_return Status();
}

}  // namespace hanse::zone
