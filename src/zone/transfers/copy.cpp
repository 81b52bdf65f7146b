#include "zone/transfers/copy.h"

#include <fmt/format.h>

#include "model/reservation.h"

namespace hanse::zone {
namespace {

constexpr std::string_view kStorages = "block-storages/";

// References of the spec to storages by their old names.
void rename_references(model::InstanceSpec& spec, const std::string& from, const std::string& to) {
  const std::string old_reference = std::string(kStorages) + from;
  const auto rename = [&](model::VolumeReference& volume) {
    if (volume.device_ref == old_reference) volume.device_ref = std::string(kStorages) + to;
  };
  rename(spec.boot_volume);
  for (model::VolumeReference& volume : spec.data_volumes) rename(volume);
}

}  // namespace

std::vector<std::string> copied_disk_uids(const model::Transfer& transfer, std::size_t count) {
  std::vector<std::string> uids;
  for (std::size_t i = 0; i < count; ++i) uids.push_back(fmt::format("{}-{}", transfer.metadata.uid, i));
  return uids;
}

void become_copy(IncomingRequest& request, const model::Transfer& transfer) {
  model::Instance& instance = request.instance;
  const std::string name = transfer.spec.copy.value_or(instance.metadata.name);
  const bool renamed = name != instance.metadata.name;
  instance.metadata.name = name;
  instance.metadata.uid = transfer.metadata.uid;
  // A replica's copy is none of its workload.
  instance.status.workload.clear();
  instance.annotations.erase(model::kWorkloadAnnotation);
  instance.status.snapshots.clear();
  const std::vector<std::string> uids = copied_disk_uids(transfer, request.block_storages.size());
  for (std::size_t i = 0; i < request.block_storages.size(); ++i) {
    model::Metadata& storage = request.block_storages[i].metadata;
    storage.uid = uids[i];
    if (!renamed) continue;
    const std::string old_name = std::exchange(storage.name, fmt::format("{}-disk-{}", name, i));
    rename_references(instance.spec, old_name, storage.name);
    if (i < instance.status.block_storages.size()) instance.status.block_storages[i] = storage.name;
  }
}

}  // namespace hanse::zone
