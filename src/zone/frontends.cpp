#include "zone/frontends.h"

#include <algorithm>

#include "zone/authorization/built_in_roles.h"
#include "zone/frontend_impl.h"
#include "zone/instance_storages.h"
#include "zone/workload_places.h"

namespace hanse::zone {
namespace {

template <class T>
Status spec_is_fixed(const T& wanted, const T* before, std::string_view title) {
  if (before == nullptr || wanted.spec == before->spec) return {};
  return fail_field("/spec", "the spec of {} '{}' cannot change; make another one", title,
                    to_string(id_of(wanted.metadata)));
}

// A move may have changed these since its manifest was written.
Status hardware_is_kept(const model::InstanceSpec& wanted, const model::Instance& before) {
  const std::string name = to_string(id_of(before.metadata));
  const auto check = [&](const char* pointer, const std::string& asked, const std::string& has,
                         const char* remedy) -> Status {
    if (asked == has) return {};
    return fail_field(pointer, "instance '{}' has '{}' and not '{}'; {}", name, has, asked, remedy);
  };
  HANSE_CHECK(check("/spec/skuRef", wanted.sku_ref, before.spec.sku_ref,
                    "write that; a move gives it another one, see 'hanse migrate --sku'"));
  HANSE_CHECK(check("/spec/machineType", wanted.machine_type.value_or(""),
                    before.spec.machine_type.value_or(""), "write that, or leave it out"));
  return check("/spec/cpuModel", wanted.cpu_model.value_or(""), before.spec.cpu_model.value_or(""),
               "write that, or leave it out");
}

// All of the spec but the power and the forwards of a machine are fixed once it exists.
Status instance_rule(const Tables& tables, const model::Instance& wanted, const model::Instance* before) {
  const ResourceId sku{.tenant = wanted.metadata.tenant, .name = model::reference_name(wanted.spec.sku_ref)};
  if (before == nullptr) {
    if (!tables.instance_skus.get(sku)) {
      return fail_field("/spec/skuRef",
                        "instance SKU '{}' does not exist; list those that do with 'hanse get instance-skus'",
                        sku.name);
    }
    const Status boots = check_boot(tables, wanted);
    if (boots) return {};
    return fail(Error{boots.error().code, boots.error().message, {{"/spec/skuRef", ""}}});
  }
  if (!before->status.moved_to.empty()) {
    return fail(Code::failed_precondition, "instance '{}' moved to zone '{}'; change it there",
                to_string(id_of(wanted.metadata)), before->status.moved_to);
  }
  model::InstanceSpec same_but_power = wanted.spec;
  same_but_power.power = before->spec.power;
  if (same_but_power == before->spec) return {};
  HANSE_CHECK(hardware_is_kept(same_but_power, *before));
  return fail_field(
      "/spec", "only /spec/power of instance '{}' can change; delete it and make another one for the rest",
      to_string(id_of(wanted.metadata)));
}

// A block storage that lies over it; empty: none does.
Result<std::string> find_storage_over(const Tables& tables, const model::Image& image) {
  HANSE_TRY(const auto storages, tables.block_storages.all({.tenant = image.metadata.tenant}));
  for (const auto& storage : storages) {
    const std::string& reference = storage->spec.source_image_ref;
    if (!reference.empty() && model::reference_name(reference) == image.metadata.name)
      return to_string(id_of(storage->metadata));
  }
  return std::string();
}

// Its files go with it.
Status may_delete_image(const Tables& tables, const model::Image& image) {
  HANSE_TRY(const std::string storage, find_storage_over(tables, image));
  if (storage.empty()) return {};
  return fail(Code::failed_precondition,
              "block storage '{}' lies over image '{}'; delete it, or the instance that has it, first",
              storage, to_string(id_of(image.metadata)));
}

// On another architecture it may come to boot later; what it boots with is fixed like the rest.
Status image_rule(const Tables& tables, const model::Image& wanted, const model::Image* before) {
  if (before == nullptr) return {};
  model::Image known = wanted;
  known.spec.other_boots = before->spec.other_boots;
  // What is not here whole and has booted nothing may be put right.
  if (before->status.state != model::ResourceState::active) {
    HANSE_TRY(const std::string storage, find_storage_over(tables, *before));
    if (storage.empty()) return spec_is_fixed(known, before, "image");
  }
  for (const model::ImageBoot& boot : known.spec.other_boots.value_or(std::vector<model::ImageBoot>{})) {
    if (model::find_boot(wanted.spec, boot.architecture) == boot) continue;
    return fail_field("/spec/otherBoots",
                      "what image '{}' boots with on {} cannot change; make another image",
                      to_string(id_of(wanted.metadata)), boot.architecture);
  }
  return spec_is_fixed(known, before, "image");
}

Status block_storage_rule(const Tables& tables, const model::BlockStorage& wanted,
                          const model::BlockStorage* before) {
  HANSE_CHECK(spec_is_fixed(wanted, before, "block storage"));
  const ResourceId sku{.tenant = wanted.metadata.tenant, .name = model::reference_name(wanted.spec.sku_ref)};
  if (before == nullptr && !tables.storage_skus.get(sku)) {
    return fail_field("/spec/skuRef",
                      "storage SKU '{}' does not exist; list those that do with 'hanse get storage-skus'",
                      sku.name);
  }
  return {};
}

Status may_delete_instance(const model::Instance& instance) {
  if (instance.status.transfer.empty()) return {};
  return fail(Code::failed_precondition,
              "instance '{}' is moving in transfer '{}'; wait for its end or cancel it",
              to_string(id_of(instance.metadata)), instance.status.transfer);
}

Status may_delete_block_storage(const model::BlockStorage& storage) {
  if (storage.status.attached_to.empty()) return {};
  return fail(Code::failed_precondition,
              "block storage '{}' belongs to instance '{}'; delete the instance first",
              to_string(id_of(storage.metadata)), storage.status.attached_to);
}

Status may_delete_host(const Tables& tables, const model::Host& host) {
  HANSE_TRY(const auto instances, tables.instances.all());
  for (const auto& instance : instances) {
    const model::InstanceStatus& status = instance->status;
    const bool is_here = status.host == host.metadata.name && status.moved_to.empty();
    if (!is_here && status.other_host != host.metadata.name) continue;
    return fail(Code::failed_precondition, "host '{}' still has instance '{}'; move or delete it first",
                host.metadata.name, to_string(id_of(instance->metadata)));
  }
  return {};
}

Status may_delete_workspace(const Tables& tables, const model::Workspace& workspace) {
  const ResourceId scope{.tenant = workspace.metadata.tenant, .workspace = workspace.metadata.name};
  HANSE_TRY(const auto instances, tables.instances.list(scope, "", 1));
  HANSE_TRY(const auto storages, tables.block_storages.list(scope, "", 1));
  HANSE_TRY(const auto workloads, tables.workloads.list(scope, "", 1));
  if (instances.items.empty() && storages.items.empty() && workloads.items.empty()) return {};
  return fail(Code::failed_precondition, "workspace '{}' is not empty; delete what is in it first",
              workspace.metadata.name);
}

Status is_not_built_in(const model::Role& role) {
  if (find_built_in_role(role.metadata.name) == nullptr) return {};
  return fail_field("/metadata/name", "role '{}' is built in and stays as it is; take another name",
                    role.metadata.name);
}

Status roles_exist(const Tables& tables, const model::RoleAssignment& assignment) {
  for (std::size_t i = 0; i < assignment.spec.roles.size(); ++i) {
    const std::string& name = assignment.spec.roles[i];
    if (find_built_in_role(name) != nullptr) continue;
    if (tables.roles.get({.tenant = assignment.metadata.tenant, .name = name})) continue;
    return fail_field(fmt::format("/spec/roles/{}", i),
                      "role '{}' does not exist in tenant '{}'; list those that do with 'hanse get roles'",
                      name, assignment.metadata.tenant);
  }
  return {};
}

template <class T>
Status anything_goes(const T&, const T*) {
  return {};
}

template <class T>
Status always(const T&) {
  return {};
}

}  // namespace

Frontends::Frontends(Runtime& runtime, Tables& tables, const federation::Peers& peers, FirstPlacement& first,
                     const std::string& zone)
    : workspaces(
          runtime, tables.workspaces, zone, anything_goes<model::Workspace>,
          [&tables](const model::Workspace& workspace) { return may_delete_workspace(tables, workspace); }),
      instance_skus(
          runtime, tables.instance_skus, zone,
          [](const auto& wanted, const auto* before) {
            return spec_is_fixed(wanted, before, "instance SKU");
          },
          always<model::InstanceSku>),
      instances(
          runtime, tables.instances, zone,
          [&tables](const auto& wanted, const auto* before) { return instance_rule(tables, wanted, before); },
          may_delete_instance,
          [&first](model::Instance& made, store::Transaction& with) { return first.complete(made, with); }),
      storage_skus(
          runtime, tables.storage_skus, zone,
          [](const auto& wanted, const auto* before) { return spec_is_fixed(wanted, before, "storage SKU"); },
          always<model::StorageSku>),
      block_storages(
          runtime, tables.block_storages, zone,
          [&tables](const auto& wanted, const auto* before) {
            return block_storage_rule(tables, wanted, before);
          },
          may_delete_block_storage),
      images(
          runtime, tables.images, zone,
          [&tables](const auto& wanted, const auto* before) { return image_rule(tables, wanted, before); },
          [&tables](const model::Image& image) { return may_delete_image(tables, image); }),
      hosts(
          runtime, tables.hosts, zone,
          [](const model::Host& wanted, const model::Host* before) -> Status {
            if (before != nullptr) return {};
            return fail_field("/metadata/name",
                              "host '{}' does not exist; a host enrols itself, see 'hanse host invite'",
                              wanted.metadata.name);
          },
          [&tables](const model::Host& host) { return may_delete_host(tables, host); }),
      workloads(
          runtime, tables.workloads, zone,
          [&peers, zone](const auto& wanted, const auto* before) {
            return check_places(zone, peers, wanted, before);
          },
          always<model::Workload>),
      roles(
          runtime, tables.roles, zone,
          [](const model::Role& wanted, const model::Role*) { return is_not_built_in(wanted); },
          is_not_built_in),
      role_assignments(
          runtime, tables.role_assignments, zone,
          [&tables](const model::RoleAssignment& wanted, const model::RoleAssignment*) {
            return roles_exist(tables, wanted);
          },
          always<model::RoleAssignment>) {}

template class ResourceFrontend<model::Workspace>;
template class ResourceFrontend<model::InstanceSku>;
template class ResourceFrontend<model::Instance>;
template class ResourceFrontend<model::StorageSku>;
template class ResourceFrontend<model::BlockStorage>;
template class ResourceFrontend<model::Image>;
template class ResourceFrontend<model::Host>;
template class ResourceFrontend<model::Workload>;
template class ResourceFrontend<model::Transfer>;
template class ResourceFrontend<model::Role>;
template class ResourceFrontend<model::RoleAssignment>;

}  // namespace hanse::zone
