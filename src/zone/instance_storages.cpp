#include "zone/instance_storages.h"

#include <algorithm>

namespace hanse::zone {
namespace {

ResourceId beside(const model::Instance& instance, std::string name) {
  return {
      .tenant = instance.metadata.tenant, .workspace = instance.metadata.workspace, .name = std::move(name)};
}

ResourceId of_tenant(const model::Instance& instance, const std::string& reference) {
  return {.tenant = instance.metadata.tenant, .name = model::reference_name(reference)};
}

}  // namespace

Status check_boot(const Tables& tables, const model::Instance& instance) {
  const model::VolumeReference& boot = instance.spec.boot_volume;
  std::string reference = boot.source_image_ref;
  if (!boot.device_ref.empty()) {
    const auto storage = tables.block_storages.get(beside(instance, model::reference_name(boot.device_ref)));
    if (storage) reference = (*storage)->spec.source_image_ref;
  }
  if (reference.empty()) return {};
  const auto image = tables.images.get(of_tenant(instance, reference));
  const auto sku = tables.instance_skus.get(of_tenant(instance, instance.spec.sku_ref));
  if (!image || !sku) return {};
  return model::check_boots((*image)->spec, (*image)->metadata.name, (*sku)->spec.architecture);
}

std::vector<InstanceStorages::Volume> InstanceStorages::volumes_of(const model::Instance& instance) {
  const std::string& name = instance.metadata.name;
  const auto name_of = [](const model::VolumeReference& volume, std::string own) {
    return volume.device_ref.empty() ? std::move(own) : model::reference_name(volume.device_ref);
  };
  std::vector<Volume> volumes;
  const model::VolumeReference& boot = instance.spec.boot_volume;
  volumes.push_back({&boot, name_of(boot, name + "-boot")});
  for (std::size_t i = 0; i < instance.spec.data_volumes.size(); ++i) {
    const model::VolumeReference& data = instance.spec.data_volumes[i];
    volumes.push_back({&data, name_of(data, fmt::format("{}-data-{}", name, i))});
  }
  return volumes;
}

Task<Result<InstanceStorages::Prepared>> InstanceStorages::prepare(Table<model::Instance>::Pointer instance) {
  Prepared prepared{.names = instance->status.block_storages};
  if (!prepared.names.empty()) co_return prepared;
  HANSE_CO_CHECK(check_boot(tables_, *instance));
  for (const Volume& volume : volumes_of(*instance)) {
    prepared.names.push_back(volume.name);
    if (volume.reference->device_ref.empty()) {
      HANSE_CO_CHECK(make_from_image(prepared, *instance, volume));
    } else {
      HANSE_CO_CHECK(co_await attach(beside(*instance, volume.name), instance->metadata.name));
    }
  }
  co_return prepared;
}

std::optional<InstanceStorages::Prepared> InstanceStorages::prepare_new(
    const model::Instance& instance) const {
  Prepared prepared;
  for (const Volume& volume : volumes_of(instance)) {
    if (!volume.reference->device_ref.empty()) return std::nullopt;
    prepared.names.push_back(volume.name);
    if (!make_from_image(prepared, instance, volume)) return std::nullopt;
  }
  return prepared;
}

Status InstanceStorages::make_from_image(Prepared& prepared, const model::Instance& instance,
                                         const Volume& volume) const {
  const std::string& owner = instance.metadata.name;
  const ResourceId id = beside(instance, volume.name);
  HANSE_TRY(const model::BlockStorage storage, storage_from_image(instance, *volume.reference, id));
  if (const auto existing = tables_.block_storages.get(id)) {
    if ((*existing)->status.attached_to == owner) return {};
    return fail(Code::failed_precondition,
                "block storage '{}' exists and is not of instance '{}'; rename one of them", id.name, owner);
  }
  prepared.making.compares.push_back(tables_.block_storages.absent(id));
  prepared.making.writes.push_back(tables_.block_storages.write_of(storage));
  return {};
}

Result<model::BlockStorage> InstanceStorages::storage_from_image(const model::Instance& instance,
                                                                 const model::VolumeReference& volume,
                                                                 const ResourceId& id) const {
  const auto image = tables_.images.get(of_tenant(instance, volume.source_image_ref));
  if (!image) return fail(Code::failed_precondition, "{}", image.error().message);
  if ((*image)->metadata.deleted_at)
    return fail(Code::failed_precondition, "image '{}' is being deleted", (*image)->metadata.name);
  if ((*image)->status.state != model::ResourceState::active) {
    return fail(Code::failed_precondition, "image '{}' is not here yet ({} %)", (*image)->metadata.name,
                (*image)->status.percent);
  }
  const std::string now = to_rfc3339(runtime_.clock.wall_now());
  model::BlockStorage storage;
  storage.metadata = {.name = id.name,
                      .tenant = id.tenant,
                      .workspace = id.workspace,
                      .region = instance.metadata.region,
                      .kind = std::string(KindOf<model::BlockStorage>::kTraits.kind),
                      .uid = random_token(runtime_.random, model::kUidDigits),
                      .created_at = now,
                      .last_modified_at = now};
  const MiB size = std::max(volume.size_mib.value_or(MiB{}), (*image)->spec.virtual_size_mib);
  storage.spec = {.size_mib = size, .source_image_ref = volume.source_image_ref};
  storage.status.state = model::ResourceState::active;
  storage.status.attached_to = instance.metadata.name;
  return storage;
}

Task<Status> InstanceStorages::attach(ResourceId id, std::string instance) {
  const auto attached =
      co_await tables_.block_storages.update(id, [&](model::BlockStorage& storage) -> Status {
        if (storage.metadata.deleted_at)
          return fail(Code::failed_precondition, "block storage '{}' is being deleted", id.name);
        if (!storage.status.attached_to.empty() && storage.status.attached_to != instance) {
          return fail(Code::failed_precondition, "block storage '{}' belongs to instance '{}'", id.name,
                      storage.status.attached_to);
        }
        storage.status.attached_to = instance;
        return {};
      });
  if (!attached) co_return fail(Code::failed_precondition, "{}", attached.error().message);
  co_return Status();
}

InstanceStorages::Loaded InstanceStorages::load(const model::Instance& instance) const {
  Loaded loaded;
  if (auto sku = tables_.instance_skus.get(of_tenant(instance, instance.spec.sku_ref))) {
    loaded.sku = *sku;
    loaded.context.sku = loaded.sku.get();
  }
  for (const std::string& name : instance.status.block_storages) {
    InstanceContext::Disk disk;
    if (auto storage = tables_.block_storages.get(beside(instance, name))) {
      disk.storage = storage->get();
      loaded.storages.push_back(*storage);
      const std::string& reference = (*storage)->spec.source_image_ref;
      if (auto image = tables_.images.get(of_tenant(instance, reference)); !reference.empty() && image) {
        disk.image = image->get();
        loaded.images.push_back(*image);
      }
    }
    loaded.context.disks.push_back(disk);
  }
  return loaded;
}

std::vector<store::Write> InstanceStorages::erasures(const model::Instance& instance) const {
  std::vector<store::Write> writes;
  for (const std::string& name : instance.status.block_storages) {
    writes.push_back({key_of(KindOf<model::BlockStorage>::kTraits, beside(instance, name)), std::nullopt});
  }
  return writes;
}

}  // namespace hanse::zone
