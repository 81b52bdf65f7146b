// Storage resources: storage SKUs, images (content, by digest) and block storages (the disks of instances).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/architecture.h"
#include "model/compute.h"
#include "model/metadata.h"

namespace hanse::model {

struct StorageSkuSpec {
  std::string type = "local";  // "local": qcow2 overlay on the instance's host
  MiB minimum_size_mib{1};
  MiB maximum_size_mib{16 * 1024 * 1024};
  bool operator==(const StorageSkuSpec&) const = default;
};
BOOST_DESCRIBE_STRUCT(StorageSkuSpec, (), (type, minimum_size_mib, maximum_size_mib))
HANSE_DECLARE_JSON(StorageSkuSpec);

using StorageSku = Resource<StorageSkuSpec, PlainStatus>;
HANSE_DECLARE_JSON(StorageSku);

enum class BlobRole { disk, kernel, initramfs };
BOOST_DESCRIBE_ENUM(BlobRole, disk, kernel, initramfs)

// One file of an image, stored under its digest and immutable.
struct Blob {
  BlobRole role = BlobRole::disk;
  std::string digest;  // "sha256:<64 hexadecimal digits>"
  Bytes size;          // of the stored file; a disk is stored as qcow2
  bool operator==(const Blob&) const = default;
};
BOOST_DESCRIBE_STRUCT(Blob, (), (role, digest, size))
HANSE_DECLARE_JSON(Blob);

// How the disk of an image is booted on one more architecture: with a kernel of its own.
struct ImageBoot {
  std::string architecture;
  std::vector<Blob> blobs;  // a kernel and, where it needs one, an initramfs
  std::string command_line;
  bool operator==(const ImageBoot&) const = default;
};
BOOST_DESCRIBE_STRUCT(ImageBoot, (), (architecture, blobs, command_line))
HANSE_DECLARE_JSON(ImageBoot);

// An image is a disk and, for a direct boot, a kernel with its initramfs and command line.
struct ImageSpec {
  std::string architecture{kX86.name};
  std::vector<Blob> blobs;
  MiB virtual_size_mib;  // of the disk
  std::string command_line;
  // On architectures besides its own; the disk is the same there. Absent: on none.
  std::optional<std::vector<ImageBoot>> other_boots;
  bool operator==(const ImageSpec&) const = default;
};
BOOST_DESCRIBE_STRUCT(ImageSpec, (), (architecture, blobs, virtual_size_mib, command_line, other_boots))
HANSE_DECLARE_JSON(ImageSpec);

struct ImageStatus {
  ResourceState state = ResourceState::pending;
  std::vector<Condition> conditions;
  std::int32_t percent = 0;  // of the blobs that are here
  bool operator==(const ImageStatus&) const = default;
};
BOOST_DESCRIBE_STRUCT(ImageStatus, (), (state, conditions, percent))
HANSE_DECLARE_JSON(ImageStatus);

using Image = Resource<ImageSpec, ImageStatus>;
HANSE_DECLARE_JSON(Image);

const Blob* find_blob(const std::vector<Blob>& blobs, BlobRole role);
// The disk and what boots it, on each of its architectures.
std::vector<Blob> all_blobs(const ImageSpec& image);
// Kernel and initramfs for one architecture; without blobs, the disk boots by itself. Nothing: it does not
// boot there.
std::optional<ImageBoot> find_boot(const ImageSpec& image, std::string_view architecture);
// The same disk, which boots in the same way on each architecture for which both say how.
bool agree(const ImageSpec& one, const ImageSpec& other);
// Of the image of this name. Errors: failed_precondition with the remedy.
Status check_boots(const ImageSpec& image, std::string_view name, std::string_view architecture);
bool is_digest(std::string_view text);

struct BlockStorageSpec {
  std::string sku_ref = "skus/local";
  MiB size_mib;
  std::string source_image_ref;  // "images/debian-12"; empty: an empty disk
  bool operator==(const BlockStorageSpec&) const = default;
};
BOOST_DESCRIBE_STRUCT(BlockStorageSpec, (), (sku_ref, size_mib, source_image_ref))
HANSE_DECLARE_JSON(BlockStorageSpec);

// A block storage becomes a file on the host of the first instance that it is attached to, and stays with
// that instance through its moves, and is deleted with it.
struct BlockStorageStatus {
  ResourceState state = ResourceState::pending;
  std::vector<Condition> conditions;
  std::string attached_to;  // instance name
  std::string host;         // where the file is, once there is one
  bool operator==(const BlockStorageStatus&) const = default;
};
BOOST_DESCRIBE_STRUCT(BlockStorageStatus, (), (state, conditions, attached_to, host))
HANSE_DECLARE_JSON(BlockStorageStatus);

using BlockStorage = Resource<BlockStorageSpec, BlockStorageStatus>;
HANSE_DECLARE_JSON(BlockStorage);

Status check(const StorageSku& sku);
Status check(const Image& image);
Status check(const BlockStorage& storage);

}  // namespace hanse::model
