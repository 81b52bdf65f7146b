#include "zone/images/disk_import.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/join.hpp>
#include <boost/json.hpp>
#include <set>

#include "base/json.h"
#include "zone/images/oci_import.h"
#include "zone/images/tar_listing.h"

namespace hanse::zone {
namespace {

constexpr std::int64_t kSectorBytes = 512;

constexpr std::size_t kTarMagicAt = 257;
constexpr std::string_view kTarMagic = "ustar";
constexpr std::size_t kMaxArchiveEntries = 1000;

// What qemu-img calls it, and whether it can tell such a disk from others, and a whole one from a damaged
// one.
struct Format {
  std::string_view name;
  std::string_view tool_name;
  bool has_signature;
  bool can_be_checked;
};

// Anything at all passes for a raw disk, and a vhd of fixed size is one with a trailer.
constexpr std::array kFormats{
    Format{"raw", "raw", false, false}, Format{"qcow2", "qcow2", true, true},
    Format{"vmdk", "vmdk", true, true}, Format{"vhd", "vpc", true, false},
    Format{"vhdx", "vhdx", true, true},
};

const Format* find_format(std::string_view name) {
  const auto* found =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& one) { return one.name == name; });
  return found == kFormats.end() ? nullptr : found;
}

const Format* find_tool_format(std::string_view tool_name) {
  const auto* found = std::find_if(kFormats.begin(), kFormats.end(),
                                   [&](const Format& one) { return one.tool_name == tool_name; });
  return found == kFormats.end() ? nullptr : found;
}

struct ImageInfo {
  std::string format;
  Bytes virtual_size;
};

// What `qemu-img info --output=json` says. Its field names are not of our style, so they are taken by hand.
Result<ImageInfo> read_image_info(const std::string& text) {
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

bool is_disk_name(std::string name) {
  boost::algorithm::to_lower(name);
  return std::any_of(kFormats.begin(), kFormats.end(),
                     [&](const Format& one) { return name.ends_with("." + std::string(one.name)); }) ||
         name.ends_with(".img");
}

// It becomes an argument and a path.
bool is_plain_name(std::string_view name) {
  return !name.empty() && !name.starts_with('-') && !name.starts_with('.') &&
         name.find_first_of("/\\*?[]") == std::string_view::npos;
}

// Errors: invalid_argument.
Result<std::string> only_disk_of(std::set<std::string> names) {
  if (names.size() > kMaxArchiveEntries)
    return fail(Code::invalid_argument, "the archive has more than {} entries; is it an OVA?",
                kMaxArchiveEntries);
  std::erase_if(names, [](const std::string& name) { return !is_disk_name(name); });
  if (names.size() != 1) {
    return fail(Code::invalid_argument,
                "the archive has {} disks and an image has one; unpack it with 'tar -xf' and import {}",
                names.size(), names.empty() ? "what is a disk in it" : "each by itself");
  }
  if (!is_plain_name(*names.begin()))
    return fail(Code::invalid_argument,
                "the disk of the archive is not at its top; unpack it and import that");
  return *names.begin();
}

}  // namespace

bool is_import_format(std::string_view format) {
  return format == "auto" || format == "ova" || format == "oci" || find_format(format) != nullptr;
}

std::string import_formats() {
  std::vector<std::string> names{"auto"};
  for (const Format& one : kFormats) names.emplace_back(one.name);
  return boost::algorithm::join(names, ", ") + ", ova or oci";
}

Task<Result<ImportedDisk>> DiskImport::run(std::string format) {
  const std::string converted = folder_ + "/converted";
  HANSE_CO_TRY(const DiskFile disk, co_await find_disk(std::move(format)));
  HANSE_CO_CHECK(co_await check_intact(disk));
  HANSE_CO_CHECK(
      co_await tools_.run({"qemu-img", "convert", "-f", disk.format, "-O", "qcow2", disk.path, converted}));
  HANSE_CO_TRY(const std::string text,
               co_await tools_.run({"qemu-img", "info", "--output=json", "-f", "qcow2", converted}));
  HANSE_CO_TRY(const ImageInfo info, read_image_info(text));
  co_return ImportedDisk{converted, info.virtual_size};
}

Task<Result<DiskImport::DiskFile>> DiskImport::find_disk(std::string format) {
  const std::string upload = folder_ + "/upload";
  bool archive = format == "ova" || format == "oci";
  if (format == "auto") {
    HANSE_CO_TRY(const std::string magic,
                 co_await runtime_.files.read_at(upload, kTarMagicAt, kTarMagic.size()));
    archive = magic == kTarMagic;
  }
  if (archive) co_return co_await find_in_archive(std::move(format));
  co_return co_await probe(upload, std::move(format));
}

Task<Result<DiskImport::DiskFile>> DiskImport::find_in_archive(std::string format) {
  HANSE_CO_TRY(const std::string text, co_await tools_.run(tar_listing_command(folder_ + "/upload")));
  HANSE_CO_TRY(TarListing listing, read_tar_listing(text));
  if (format == "oci" || (format == "auto" && listing.names.contains("oci-layout"))) {
    OciImport import(tools_, folder_);
    HANSE_CO_TRY(std::string made, co_await import.run());
    co_return DiskFile{std::move(made), "raw"};
  }
  HANSE_CO_TRY(std::string name, only_disk_of(std::move(listing.names)));
  HANSE_CO_TRY(const std::string disk, co_await unpack(std::move(name)));
  // A raw one is called .raw or .img.
  const std::string lower = boost::algorithm::to_lower_copy(disk);
  const bool raw = lower.ends_with(".raw") || lower.ends_with(".img");
  co_return co_await probe(disk, raw ? "raw" : "auto");
}

Task<Result<std::string>> DiskImport::unpack(std::string name) {
  HANSE_CO_CHECK(
      co_await tools_.run({"tar", "--extract", "--force-local", "--file", folder_ + "/upload", "--directory",
                           folder_, "--one-top-level=unpacked", "--no-same-owner", "--", name}));
  std::string disk = folder_ + "/unpacked/" + name;
  HANSE_CO_CHECK(co_await tools_.require_file(disk));
  co_return disk;
}

Task<Result<DiskImport::DiskFile>> DiskImport::probe(std::string path, std::string format) {
  std::vector<std::string> arguments = {"qemu-img", "info", "--output=json", path};
  if (const Format* const named = find_format(format))
    arguments.insert(arguments.end() - 1, {"-f", std::string(named->tool_name)});
  HANSE_CO_TRY(const std::string text, co_await tools_.run(std::move(arguments)));
  HANSE_CO_TRY(const ImageInfo info, read_image_info(text));
  const Format* const found = find_tool_format(info.format);
  if (found == nullptr || (format == "auto" && !found->has_signature)) {
    co_return fail(
        Code::invalid_argument,
        "the file is of none of the formats that can be told from others (it looks like {}); if it "
        "is a raw disk, or a vhd of fixed size, say so with --format raw or vhd",
        info.format);
  }
  HANSE_CO_TRY(const FileInfo file, co_await runtime_.files.info(path));
  if (found->name == "raw" && file.size.value % kSectorBytes != 0) {
    co_return fail(Code::data_loss,
                   "a raw disk consists of sectors of {} bytes and the file has {} bytes; was it cut short?",
                   kSectorBytes, file.size.value);
  }
  co_return DiskFile{std::move(path), info.format};
}

Task<Status> DiskImport::check_intact(DiskFile disk) {
  const Format* const format = find_tool_format(disk.format);
  if (format == nullptr || !format->can_be_checked) co_return Status();
  constexpr int kLeaksOnly = 3;  // clusters that nothing uses, which conversion drops
  const auto checked = co_await tools_.run({"qemu-img", "check", "-q", "-f", disk.format, disk.path},
                                           {.also_fine = kLeaksOnly});
  if (!checked)
    co_return fail(Code::data_loss, "the image is damaged or cut short: {}", checked.error().message);
  co_return Status();
}

}  // namespace hanse::zone
