#include "host/blobs.h"

namespace hanse::host {

Task<Status> ensure_blobs(BlobSource& blobs, model::MachineSpec machine) {
  for (const model::DiskSpec& disk : machine.disks) {
    if (disk.base_digest.empty()) continue;
    HANSE_CO_CHECK(
        co_await blobs.ensure(model::Blob{model::BlobRole::disk, disk.base_digest, disk.base_size}));
  }
  for (const model::Blob& blob : machine.boot_blobs) HANSE_CO_CHECK(co_await blobs.ensure(blob));
  co_return Status{};
}

void add_blobs(const model::MachineSpec& machine, std::set<std::string>& digests) {
  for (const model::DiskSpec& disk : machine.disks) {
    if (!disk.base_digest.empty()) digests.insert(disk.base_digest);
  }
  for (const model::Blob& blob : machine.boot_blobs) digests.insert(blob.digest);
}

}  // namespace hanse::host
