// ImageStore: the blobs of this zone's images: uploads are checked and converted, missing ones fetched from a
// peer.
//
// Each disk becomes qcow2 (images/disk_import.h). What is uploaded stays for a while before an image names
// it, see images/blob_reconciler.h. Thread: the loop. Failure: data_loss (not an image, truncated),
// resource_exhausted, those of BlobFiles.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "federation/peer_client.h"
#include "http/message.h"
#include "model/storage.h"
#include "runtime/processes.h"
#include "runtime/runtime.h"
#include "store/blob_files.h"
#include "zone/images/blob_reconciler.h"

namespace hanse::zone {

struct UploadedBlob {
  model::BlobRole role = model::BlobRole::disk;
  std::string digest;
  Bytes size;
  MiB virtual_size_mib;  // of a disk
  bool operator==(const UploadedBlob&) const = default;
};
BOOST_DESCRIBE_STRUCT(UploadedBlob, (), (role, digest, size, virtual_size_mib))
HANSE_DECLARE_JSON(UploadedBlob);

class ImageStore {
 public:
  // `converter` is the user that qemu-img runs as; nothing: this process's own.
  ImageStore(Runtime& runtime, store::BlobFiles& blobs, BlobReconciler& reconciler,
             std::optional<ProcessUser> converter)
      : runtime_(runtime), blobs_(blobs), reconciler_(reconciler), converter_(std::move(converter)) {}

  // `format`: see is_import_format(). Kernels and initramfs are taken as they are.
  Task<Result<UploadedBlob>> upload(http::BodyReader& body, model::BlobRole role, std::string format);
  // Already here: nothing is fetched. `fetched` counts up while it comes.
  Task<Status> fetch(federation::PeerClient& peer, model::Blob blob, Bytes& fetched);

  store::BlobFiles& blobs() { return blobs_; }

 private:
  Task<Result<model::Blob>> put_in_place(std::string path, model::BlobRole role);
  Task<Result<UploadedBlob>> take_disk(std::string folder, std::string format);

  Runtime& runtime_;
  store::BlobFiles& blobs_;
  BlobReconciler& reconciler_;
  std::optional<ProcessUser> converter_;
};

}  // namespace hanse::zone
