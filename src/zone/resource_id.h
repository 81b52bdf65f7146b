// Where a resource is in the zone's store: its kind says the collection and the scope, ResourceId the rest. A
// key is a path:
// "/instances/<tenant>/<workspace>/<name>", "/images/<tenant>/<name>", "/hosts/<name>".
#pragma once

#include <string>
#include <string_view>

#include "model/authorization.h"
#include "model/metadata.h"
#include "model/storage.h"
#include "model/transfer.h"
#include "model/workload.h"
#include "model/zone_resources.h"

namespace hanse::zone {

enum class ResourceScope { zone, tenant, workspace };

struct ResourceId {
  std::string tenant = {};
  std::string workspace = {};
  std::string name = {};
  auto operator<=>(const ResourceId&) const = default;
};

// What is fixed for each kind of resource. `title` is what messages call it.
struct KindTraits {
  std::string_view kind;
  std::string_view title;
  std::string_view collection;
  ResourceScope scope;
};

template <class T>
struct KindOf;
template <>
struct KindOf<model::Workspace> {
  static constexpr KindTraits kTraits{"workspace", "workspace", "workspaces", ResourceScope::tenant};
};
template <>
struct KindOf<model::InstanceSku> {
  static constexpr KindTraits kTraits{"instance-sku", "instance SKU", "instance-skus", ResourceScope::tenant};
};
template <>
struct KindOf<model::Instance> {
  static constexpr KindTraits kTraits{"instance", "instance", "instances", ResourceScope::workspace};
};
template <>
struct KindOf<model::StorageSku> {
  static constexpr KindTraits kTraits{"storage-sku", "storage SKU", "storage-skus", ResourceScope::tenant};
};
template <>
struct KindOf<model::BlockStorage> {
  static constexpr KindTraits kTraits{"block-storage", "block storage", "block-storages",
                                      ResourceScope::workspace};
};
template <>
struct KindOf<model::Image> {
  static constexpr KindTraits kTraits{"image", "image", "images", ResourceScope::tenant};
};
template <>
struct KindOf<model::Host> {
  static constexpr KindTraits kTraits{"host", "host", "hosts", ResourceScope::zone};
};
template <>
struct KindOf<model::Workload> {
  static constexpr KindTraits kTraits{"workload", "workload", "workloads", ResourceScope::workspace};
};
template <>
struct KindOf<model::Transfer> {
  static constexpr KindTraits kTraits{"transfer", "transfer", "transfers", ResourceScope::workspace};
};
inline constexpr const KindTraits& kInstanceTraits = KindOf<model::Instance>::kTraits;
inline constexpr const KindTraits& kSkuTraits = KindOf<model::InstanceSku>::kTraits;

template <>
struct KindOf<model::Role> {
  static constexpr KindTraits kTraits{"role", "role", "roles", ResourceScope::tenant};
};
template <>
struct KindOf<model::RoleAssignment> {
  static constexpr KindTraits kTraits{"role-assignment", "role assignment", "role-assignments",
                                      ResourceScope::tenant};
};

ResourceId id_of(const model::Metadata& metadata);
std::string key_of(const KindTraits& kind, const ResourceId& id);
// The keys of all resources in the scope that `id` names; its empty parts are open: {} is the whole
// collection.
std::string prefix_of(const KindTraits& kind, const ResourceId& id);
// The inverse of key_of. Requires: a key of that kind.
ResourceId id_of_key(const KindTraits& kind, std::string_view key);
// For messages: "default/default/web-0".
std::string to_string(const ResourceId& id);
// Names, tenant and workspace as far as the kind's scope has them. Errors: invalid_argument with the pointer.
Status check_id(const KindTraits& kind, const ResourceId& id);

}  // namespace hanse::zone
