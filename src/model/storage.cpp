#include "model/storage.h"

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(StorageSkuSpec)
HANSE_DEFINE_JSON(StorageSku)
HANSE_DEFINE_JSON(Blob)
HANSE_DEFINE_JSON(ImageSpec)
HANSE_DEFINE_JSON(ImageStatus)
HANSE_DEFINE_JSON(Image)
HANSE_DEFINE_JSON(BlockStorageSpec)
HANSE_DEFINE_JSON(BlockStorageStatus)
HANSE_DEFINE_JSON(BlockStorage)

const Blob* find_blob(const ImageSpec& image, BlobRole role) {
  for (const Blob& blob : image.blobs) {
    if (blob.role == role) return &blob;
  }
  return nullptr;
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
  constexpr std::size_t kMaxCommandLine = 2048;
  if (find_blob(image.spec, BlobRole::disk) == nullptr) {
    return fail_field("/spec/blobs",
                      "/spec/blobs needs one blob with the role disk; import one with 'hanse image import'");
  }
  for (std::size_t i = 0; i < image.spec.blobs.size(); ++i) {
    const Blob& blob = image.spec.blobs[i];
    const std::string pointer = fmt::format("/spec/blobs/{}", i);
    if (!is_digest(blob.digest)) {
      return fail_field(pointer + "/digest", "{}/digest must be sha256:<64 hexadecimal digits>", pointer);
    }
    if (find_blob(image.spec, blob.role) != &blob) {
      return fail_field(pointer + "/role", "{}/role is given twice; an image has one blob of each role",
                        pointer);
    }
  }
  if (image.spec.command_line.size() > kMaxCommandLine) {
    return fail_field("/spec/commandLine", "/spec/commandLine is longer than {} bytes", kMaxCommandLine);
  }
  return {};
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
