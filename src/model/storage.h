// Storage resources: storage SKUs, images (content, by digest) and block storages (the disks of instances).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// An image is a disk and, for a direct boot, a kernel with its initramfs and command line.
struct ImageSpec {
  std::string architecture = "x86_64";
  std::vector<Blob> blobs;
  MiB virtual_size_mib;  // of the disk
  std::string command_line;
  bool operator==(const ImageSpec&) const = default;
};
BOOST_DESCRIBE_STRUCT(ImageSpec, (), (architecture, blobs, virtual_size_mib, command_line))
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

const Blob* find_blob(const ImageSpec& image, BlobRole role);
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
