// BlobSource: makes an image's blob available on this host, fetching it from the zone when it is missing.
//
// Thread: the loop. Failure: data_loss when what came does not have the digest, resource_exhausted when the
// disk is full, unavailable when the zone cannot be reached.
#pragma once

#include <set>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "model/host_protocol.h"
#include "model/storage.h"

namespace hanse::host {

class BlobSource {
 public:
  virtual ~BlobSource() = default;
  virtual Task<Status> ensure(model::Blob blob) = 0;
};

// All blobs that a machine needs: the bases of its disks, and kernel and initramfs.
Task<Status> ensure_blobs(BlobSource& blobs, model::MachineSpec machine);
// The same, by digest.
void add_blobs(const model::MachineSpec& machine, std::set<std::string>& digests);

}  // namespace hanse::host
