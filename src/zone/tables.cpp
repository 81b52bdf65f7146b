#include "zone/tables.h"

#include "zone/table_impl.h"

namespace hanse::zone {

Tables::Tables(store::Store& store)
    : workspaces(store),
      instance_skus(store),
      instances(store),
      storage_skus(store),
      block_storages(store),
      images(store),
      hosts(store),
      workloads(store),
      transfers(store),
      roles(store),
      role_assignments(store) {}

template class Table<model::Workspace>;
template class Table<model::InstanceSku>;
template class Table<model::Instance>;
template class Table<model::StorageSku>;
template class Table<model::BlockStorage>;
template class Table<model::Image>;
template class Table<model::Host>;
template class Table<model::Workload>;
template class Table<model::Transfer>;
template class Table<model::Role>;
template class Table<model::RoleAssignment>;

}  // namespace hanse::zone
