#include "model/storage.h"

#include <algorithm>

#include "base/json_mapping.h"

namespace hanse::model {
namespace {

constexpr std::size_t kMaxCommandLine = 2048;
constexpr Bytes kLargestFile{std::int64_t{1} << 40};

Status check_blobs(const std::vector<Blob>& blobs, const std::string& field) {
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    const Blob& blob = blobs[i];
    const std::string pointer = fmt::format("{}/{}", field, i);
    if (!is_digest(blob.digest)) {
      return fail_field(pointer + "/digest", "{}/digest must be sha256:<64 hexadecimal digits>", pointer);
    }
    if (blob.size.value < 0 || blob.size > kLargestFile)
      return fail_field(pointer + "/size", "{}/size must be from 0 to {} bytes", pointer, kLargestFile.value);
    if (find_blob(blobs, blob.role) != &blob) {
      return fail_field(pointer + "/role", "{}/role is given twice; an image has one blob of each role",
                        pointer);
    }
  }
  return {};
}

Status check_command_line(const std::string& line, const std::string& pointer) {
  if (line.size() <= kMaxCommandLine) return {};
  return fail_field(pointer, "{} is longer than {} bytes", pointer, kMaxCommandLine);
}

Status check_other_boots(const ImageSpec& image) {
  const std::vector<ImageBoot> boots = image.other_boots.value_or(std::vector<ImageBoot>{});
  if (image.other_boots && (boots.empty() || boots.size() >= kArchitectures.size()))
    return fail_field("/spec/otherBoots",
                      "/spec/otherBoots has one entry for each other architecture; leave it out for none");
  for (std::size_t i = 0; i < boots.size(); ++i) {
    const ImageBoot& boot = boots[i];
    const std::string pointer = fmt::format("/spec/otherBoots/{}", i);
    HANSE_CHECK(check_architecture(boot.architecture, pointer + "/architecture"));
    // The first that is found counts.
    if (boot.architecture == image.architecture || find_boot(image, boot.architecture) != boot)
      return fail_field(pointer + "/architecture", "{}/architecture: the image boots on {} already", pointer,
                        boot.architecture);
    HANSE_CHECK(check_blobs(boot.blobs, pointer + "/blobs"));
    if (find_blob(boot.blobs, BlobRole::kernel) == nullptr ||
        find_blob(boot.blobs, BlobRole::disk) != nullptr) {
      return fail_field(pointer + "/blobs",
                        "{}/blobs needs a kernel, and no disk: the image's is used on all architectures",
                        pointer);
    }
    HANSE_CHECK(check_command_line(boot.command_line, pointer + "/commandLine"));
  }
  return {};
}

}  // namespace

HANSE_DEFINE_JSON(StorageSkuSpec)
HANSE_DEFINE_JSON(StorageSku)
HANSE_DEFINE_JSON(Blob)
HANSE_DEFINE_JSON(ImageBoot)
HANSE_DEFINE_JSON(ImageSpec)
HANSE_DEFINE_JSON(ImageStatus)
HANSE_DEFINE_JSON(Image)
HANSE_DEFINE_JSON(BlockStorageSpec)
HANSE_DEFINE_JSON(BlockStorageStatus)
HANSE_DEFINE_JSON(BlockStorage)

const Blob* find_blob(const std::vector<Blob>& blobs, BlobRole role) {
  for (const Blob& blob : blobs) {
    if (blob.role == role) return &blob;
  }
  return nullptr;
}

std::vector<Blob> all_blobs(const ImageSpec& image) {
  std::vector<Blob> blobs = image.blobs;
  for (const ImageBoot& boot : image.other_boots.value_or(std::vector<ImageBoot>{}))
    blobs.insert(blobs.end(), boot.blobs.begin(), boot.blobs.end());
  return blobs;
}

std::optional<ImageBoot> find_boot(const ImageSpec& image, std::string_view architecture) {
  if (image.architecture == architecture) {
    ImageBoot own{.architecture = image.architecture, .command_line = image.command_line};
    for (const BlobRole role : {BlobRole::kernel, BlobRole::initramfs}) {
      if (const Blob* blob = find_blob(image.blobs, role)) own.blobs.push_back(*blob);
    }
    return own;
  }
  for (const ImageBoot& boot : image.other_boots.value_or(std::vector<ImageBoot>{})) {
    if (boot.architecture == architecture) return boot;
  }
  return std::nullopt;
}

bool agree(const ImageSpec& one, const ImageSpec& other) {
  ImageSpec same_boots = one;
  same_boots.other_boots = other.other_boots;
  const auto boots = one.other_boots.value_or(std::vector<ImageBoot>{});
  return same_boots == other && std::all_of(boots.begin(), boots.end(), [&](const ImageBoot& boot) {
           const auto there = find_boot(other, boot.architecture);
           return !there || there == boot;
         });
}

Status check_boots(const ImageSpec& image, std::string_view name, std::string_view architecture) {
  // Without a copy in the usual case: each new instance is asked.
  if (image.architecture == architecture || find_boot(image, architecture)) return {};
  return fail(Code::failed_precondition,
              "image '{0}' is for {1} and the SKU for {2}; take another SKU, or let the image's disk boot "
              "there too with 'hanse image add-boot {0} --architecture {2} --kernel FILE'",
              name, image.architecture, architecture);
}

bool is_digest(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  constexpr std::size_t kDigits = 64;
  if (!text.starts_with(kPrefix) || text.size() != kPrefix.size() + kDigits) return false;
  return text.substr(kPrefix.size()).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Status check(const StorageSku& sku) {
  if (sku.spec.type != "local")
    return fail_field("/spec/type", "/spec/type must be local, not '{}'", sku.spec.type);
  if (sku.spec.minimum_size_mib.value < 1 || sku.spec.maximum_size_mib < sku.spec.minimum_size_mib) {
    return fail_field("/spec/minimumSizeMib",
                      "/spec/minimumSizeMib must be at least 1 and at most maximumSizeMib");
  }
  return {};
}

Status check(const Image& image) {
  HANSE_CHECK(check_architecture(image.spec.architecture, "/spec/architecture"));
  if (find_blob(image.spec.blobs, BlobRole::disk) == nullptr) {
    return fail_field("/spec/blobs",
                      "/spec/blobs needs one blob with the role disk; import one with 'hanse image import'");
  }
  HANSE_CHECK(check_blobs(image.spec.blobs, "/spec/blobs"));
  HANSE_CHECK(check_command_line(image.spec.command_line, "/spec/commandLine"));
  return check_other_boots(image.spec);
}

Status check(const BlockStorage& storage) {
  HANSE_CHECK(check_reference(storage.spec.sku_ref, "skus", "/spec/skuRef"));
  if (!storage.spec.source_image_ref.empty()) {
    HANSE_CHECK(check_reference(storage.spec.source_image_ref, "images", "/spec/sourceImageRef"));
  }
  if (storage.spec.size_mib.value < 1) return fail_field("/spec/sizeMib", "/spec/sizeMib must be at least 1");
  return {};
}

}  // namespace hanse::model
