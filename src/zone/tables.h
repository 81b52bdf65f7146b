// All tables of a zone over one store.
#pragma once

#include "zone/table.h"

namespace hanse::zone {

struct Tables {
  explicit Tables(store::Store& store);

  Table<model::Workspace> workspaces;
  Table<model::InstanceSku> instance_skus;
  Table<model::Instance> instances;
  Table<model::StorageSku> storage_skus;
  Table<model::BlockStorage> block_storages;
  Table<model::Image> images;
  Table<model::Host> hosts;
  Table<model::Workload> workloads;
  Table<model::Transfer> transfers;
  Table<model::Role> roles;
  Table<model::RoleAssignment> role_assignments;
};

}  // namespace hanse::zone
