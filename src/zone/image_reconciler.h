// ImageReconciler: an image is active when all its blobs are in this zone; missing ones are fetched from
// trusted zones, by chunks from several at once, or whole, first from the one that the image came from
// (annotation hanse/origin). Thread: the loop.
// Failure of a step: as fetching; shown as a condition too.
#pragma once

#include <string>
#include <vector>

#include "runtime/in_progress.h"
#include "zone/image_store.h"
#include "zone/images/blob_fetch.h"
#include "zone/peer_clients.h"
#include "zone/reconcile_loop.h"
#include "zone/tables.h"

namespace hanse::zone {

inline constexpr char kOriginAnnotation[] = "hanse/origin";

class ImageReconciler {
 public:
  ImageReconciler(BlobFetchParts parts, Tables& tables, ImageStore& images, BlobReconciler& blobs,
                  PeerClients& clients, const federation::Peers& peers)
      : runtime_(parts.runtime),
        parts_(parts),
        tables_(tables),
        images_(images),
        blobs_(blobs),
        clients_(clients),
        peers_(peers),
        fetching_(parts.runtime.scheduler) {}

  Task<Result<Again>> reconcile(std::string key);
  // Fetches what is missing; `origin` is asked first. For the target of a transfer, which waits for it.
  Task<Status> fetch(model::ImageSpec image, std::string origin, Bytes& fetched);

 private:
  Task<Status> fetch_blob(model::Blob blob, std::string origin, Bytes& fetched);
  Task<Status> fetch_once(model::Blob blob, std::string origin, Bytes& fetched);
  Task<Status> fetch_whole(model::Blob blob, std::vector<std::string> zones, Bytes& fetched);
  std::vector<std::string> zones_to_ask(const std::string& origin) const;
  Task<Result<bool>> is_here(std::string digest);
  Task<Result<bool>> complete(model::ImageSpec image);

  Runtime& runtime_;
  BlobFetchParts parts_;
  Tables& tables_;
  ImageStore& images_;
  BlobReconciler& blobs_;
  PeerClients& clients_;
  const federation::Peers& peers_;
  KeysInProgress fetching_;  // by digest: one at a time
};

}  // namespace hanse::zone
