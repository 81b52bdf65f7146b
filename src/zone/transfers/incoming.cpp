#include "zone/transfers/incoming.h"

#include <algorithm>
#include <set>

#include "base/planted_bug.h"
#include "migration/transfer_machine.h"
#include "zone/image_reconciler.h"
#include "zone/zone_version.h"

namespace hanse::zone {
namespace {

constexpr std::size_t kMaxPem = 64 * 1024;
// No instance moves so often; each move counts on from it.
constexpr std::int64_t kMaxEpoch = std::int64_t{1} << 53;

std::string minor_of(std::string_view version) {
  return std::string(version.substr(0, version.rfind('.')));
}

Status check_uid(std::string_view uid, const std::string& pointer) {
  return model::check_name(uid, pointer);
}

Status check_storages(const IncomingRequest& request) {
  const auto& names = request.instance.status.block_storages;
  if (names.size() != request.block_storages.size() || names.empty()) {
    return fail_field("/blockStorages", "the request has {} block storages and the instance names {}",
                      request.block_storages.size(), names.size());
  }
  std::set<std::string> images;
  for (const model::Image& image : request.images) images.insert(image.metadata.name);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const model::BlockStorage& storage = request.block_storages[i];
    const std::string pointer = fmt::format("/blockStorages/{}", i);
    HANSE_CHECK(model::check_name(storage.metadata.name, pointer + "/metadata/name"));
    HANSE_CHECK(check_uid(storage.metadata.uid, pointer + "/metadata/uid"));
    HANSE_CHECK(check(storage));
    if (storage.metadata.name != names[i])
      return fail_field(pointer, "block storage '{}' is not the instance's", names[i]);
    const std::string& reference = storage.spec.source_image_ref;
    if (!reference.empty() && !images.contains(model::reference_name(reference))) {
      return fail_field(pointer, "{} of block storage '{}' is not in the request", reference,
                        storage.metadata.name);
    }
  }
  return {};
}

// Takes over what the source sent, as this zone's own.
template <class T>
T adopt(const T& sent, const model::Metadata& instance, const std::string& zone, const std::string& now) {
  T own = sent;
  own.metadata.region = zone;
  own.metadata.kind = KindOf<T>::kTraits.kind;
  own.metadata.tenant = instance.tenant;
  own.metadata.workspace = KindOf<T>::kTraits.scope == ResourceScope::workspace ? instance.workspace : "";
  own.metadata.resource_version = 0;
  own.metadata.last_modified_at = now;
  own.metadata.deleted_at.reset();
  own.status.conditions.clear();
  return own;
}

// A SKU or an image: made when it is missing, good when it is the same.
template <class T>
Status add_if_missing(const Table<T>& table, T resource, store::Transaction& transaction) {
  const auto existing = table.get(id_of(resource.metadata));
  if (!existing) {
    transaction.compares.push_back(table.absent(id_of(resource.metadata)));
    transaction.writes.push_back(table.write_of(resource));
    return {};
  }
  if ((*existing)->spec == resource.spec) return {};
  return fail(Code::failed_precondition,
              "{} '{}' is another one here than at the source; rename one of the two",
              KindOf<T>::kTraits.title, resource.metadata.name);
}

// The same disk, which boots in the same way where the instance goes; on other architectures it may boot here
// alone, or at the source.
Status add_image(const Table<model::Image>& table, model::Image image, const std::string& architecture,
                 store::Transaction& transaction) {
  const auto existing = table.get(id_of(image.metadata));
  if (existing && model::agree(image.spec, (*existing)->spec)) {
    // One that boots nowhere there is the disk of data alone.
    if (!model::find_boot(image.spec, architecture)) return {};
    if (model::find_boot((*existing)->spec, architecture)) return {};
    return fail(
        Code::failed_precondition,
        "image '{0}' does not boot on {1} in zone '{2}'; add there what does with 'hanse image add-boot "
        "{0} --architecture {1} --kernel FILE'",
        image.metadata.name, architecture, image.metadata.region);
  }
  return add_if_missing(table, std::move(image), transaction);
}

// The disk that it boots from comes from an image that boots on the SKU's architecture.
Status check_boot(const IncomingRequest& request) {
  const std::string image = model::reference_name(request.block_storages.front().spec.source_image_ref);
  for (const model::Image& sent : request.images) {
    if (sent.metadata.name == image)
      return model::check_boots(sent.spec, image, request.sku.spec.architecture);
  }
  return {};
}

// A host knows machines by their uid: another's would be taken for this one.
Status uid_is_free(const Tables& tables, const model::Instance& wanted) {
  HANSE_TRY(const auto instances, tables.instances.all());
  for (const auto& known : instances) {
    if (known->metadata.uid != wanted.metadata.uid || id_of(known->metadata) == id_of(wanted.metadata))
      continue;
    return fail_field("/instance/metadata/uid", "instance '{}' has uid {} here",
                      to_string(id_of(known->metadata)), wanted.metadata.uid);
  }
  return {};
}

Status host_is_clean(const Tables& tables, const std::string& name, const std::string& uid) {
  const auto host = tables.hosts.get({.name = name});
  if (!host) return {};
  const auto& left = (*host)->status.left_machines;
  if (std::find(left.begin(), left.end(), uid) == left.end()) return {};
  return fail(Code::unavailable, "host '{}' removes an older copy of it first; try again soon", name);
}

model::Transfer target_transfer(const IncomingRequest& request, const IncomingTerms& terms) {
  model::Transfer transfer;
  transfer.metadata = {.name = request.transfer,
                       .tenant = request.instance.metadata.tenant,
                       .workspace = request.instance.metadata.workspace,
                       .region = terms.zone,
                       .kind = std::string(KindOf<model::Transfer>::kTraits.kind),
                       .uid = terms.uid,
                       .created_at = terms.now,
                       .last_modified_at = terms.now};
  transfer.spec = {.instance = request.instance.metadata.name,
                   .target_zone = terms.zone,
                   .path = request.path,
                   .streams = request.streams};
  transfer.status.state = model::ResourceState::creating;
  transfer.status.role = model::TransferRole::target;
  transfer.status.phase = model::TransferPhase::preparing;
  transfer.status.source_zone = terms.peer;
  transfer.status.instance_uid = request.instance.metadata.uid;
  transfer.status.source_epoch = request.source_epoch;
  transfer.status.mode = request.mode;
  transfer.status.hardware = terms.hardware;
  return transfer;
}

model::Instance target_instance(const IncomingRequest& request, const IncomingTerms& terms) {
  model::Instance instance = adopt(request.instance, request.instance.metadata, terms.zone, terms.now);
  instance.spec.host.reset();  // a name of the source's
  if (terms.hardware) model::apply(*terms.hardware, instance.spec);
  instance.status.state = model::ResourceState::creating;
  instance.status.power_state = model::PowerState::unknown;
  instance.status.host = terms.host;
  constexpr bool kSameEpoch = kPlantedBug == PlantedBug::target_starts_twice;
  instance.status.epoch = kSameEpoch ? request.source_epoch : migration::granted_epoch(request.source_epoch);
  instance.status.forwards.clear();
  instance.status.transfer = request.transfer;
  instance.status.other_host.reset();
  instance.status.incoming = true;
  instance.status.placed_by = terms.peer;
  instance.status.moved_to.clear();
  instance.status.restore.reset();
  std::erase_if(instance.status.snapshots, [](const model::Snapshot& snapshot) {
    return snapshot.state != model::SnapshotState::ready;
  });
  return instance;
}

}  // namespace

Status check_incoming(const std::string& peer, const IncomingRequest& request) {
  if (minor_of(request.version) != minor_of(kVersion)) {
    return fail(Code::unimplemented,
                "zone '{}' runs version {} and this one {}; bring both to the same minor version", peer,
                request.version, kVersion);
  }
  HANSE_CHECK(model::check_name(request.transfer, "/transfer"));
  HANSE_CHECK(check(request.streams, "/streams"));
  HANSE_CHECK(check_id(KindOf<model::Instance>::kTraits, id_of(request.instance.metadata)));
  HANSE_CHECK(check_uid(request.instance.metadata.uid, "/instance/metadata/uid"));
  HANSE_CHECK(model::check_labels(request.instance.labels, "/instance/labels"));
  HANSE_CHECK(check(request.instance));
  HANSE_CHECK(model::check_name(request.sku.metadata.name, "/sku/metadata/name"));
  HANSE_CHECK(check(request.sku));
  for (const model::Image& image : request.images) {
    HANSE_CHECK(model::check_name(image.metadata.name, "/images/metadata/name"));
    HANSE_CHECK(check(image));
  }
  if (request.source_epoch.value < 1 || request.source_epoch.value > kMaxEpoch)
    return fail_field("/sourceEpoch", "/sourceEpoch must be from 1 to {}", kMaxEpoch);
  if (request.sku.metadata.name != model::reference_name(request.instance.spec.sku_ref)) {
    return fail_field("/sku", "the SKU is not the instance's");
  }
  HANSE_CHECK(model::check(request.instance.status.snapshots, "/instance/status/snapshots"));
  HANSE_CHECK(check_storages(request));
  return check_boot(request);
}

Status check_authority(const IncomingRequest& request) {
  if (!request.ca_pem.empty() && request.ca_pem.size() <= kMaxPem) return {};
  return fail_field("/caPem", "/caPem must hold one certificate");
}

Result<IncomingRecords> incoming_records(const Tables& tables, const IncomingRequest& request,
                                         const IncomingTerms& terms) {
  HANSE_CHECK(uid_is_free(tables, request.instance));
  IncomingRecords records{.transfer = target_transfer(request, terms)};
  store::Transaction& transaction = records.transaction;
  const model::Instance instance = target_instance(request, terms);
  const ResourceId id = id_of(instance.metadata);
  HANSE_CHECK(host_is_clean(tables, terms.host, instance.metadata.uid));
  const auto existing = tables.instances.get(id);
  if (existing) {
    // One that has been here before left a signpost; it may come back to its own name.
    const model::Instance& before = **existing;
    const bool is_signpost = !before.status.moved_to.empty() && before.metadata.uid == instance.metadata.uid;
    if (!is_signpost) return fail(Code::already_exists, "instance '{}' exists here already", to_string(id));
    if (!before.status.host.empty() || !before.status.transfer.empty()) {
      return fail(Code::unavailable, "this zone has not cleaned up after instance '{}' left; try again soon",
                  to_string(id));
    }
    records.transfer.extensions["signpost"] = true;
    transaction.compares.push_back(tables.instances.unchanged(before));
  } else {
    transaction.compares.push_back(tables.instances.absent(id));
  }
  transaction.compares.push_back(tables.transfers.absent(id_of(records.transfer.metadata)));
  transaction.writes.push_back(tables.transfers.write_of(records.transfer));
  transaction.writes.push_back(tables.instances.write_of(instance));
  HANSE_CHECK(add_if_missing(tables.instance_skus,
                             adopt(request.sku, instance.metadata, terms.zone, terms.now), transaction));
  for (const model::Image& sent : request.images) {
    model::Image image = adopt(sent, instance.metadata, terms.zone, terms.now);
    image.status.state = model::ResourceState::creating;
    image.annotations[kOriginAnnotation] = terms.peer;
    HANSE_CHECK(add_image(tables.images, std::move(image), request.sku.spec.architecture, transaction));
  }
  for (const model::BlockStorage& sent : request.block_storages) {
    model::BlockStorage storage = adopt(sent, instance.metadata, terms.zone, terms.now);
    storage.status.state = model::ResourceState::active;
    storage.status.attached_to = instance.metadata.name;
    const ResourceId storage_id = id_of(storage.metadata);
    if (tables.block_storages.get(storage_id)) {
      return fail(Code::already_exists, "block storage '{}' exists here already", to_string(storage_id));
    }
    transaction.compares.push_back(tables.block_storages.absent(storage_id));
    transaction.writes.push_back(tables.block_storages.write_of(storage));
  }
  return records;
}

}  // namespace hanse::zone
