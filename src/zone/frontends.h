// All frontends of a zone: what its API calls. One of each kind, made with the kind's rules (frontends.cpp).
#pragma once

#include <string>

#include "federation/peers.h"
#include "zone/first_placement.h"
#include "zone/frontend.h"
#include "zone/tables.h"

namespace hanse::zone {

struct Frontends {
  // `peers`: whose names are places, beside cities.
  Frontends(Runtime& runtime, Tables& tables, const federation::Peers& peers, FirstPlacement& first,
            const std::string& zone);

  ResourceFrontend<model::Workspace> workspaces;
  ResourceFrontend<model::InstanceSku> instance_skus;
  ResourceFrontend<model::Instance> instances;
  ResourceFrontend<model::StorageSku> storage_skus;
  ResourceFrontend<model::BlockStorage> block_storages;
  ResourceFrontend<model::Image> images;
  ResourceFrontend<model::Host> hosts;
  ResourceFrontend<model::Workload> workloads;
  ResourceFrontend<model::Role> roles;
  ResourceFrontend<model::RoleAssignment> role_assignments;
};

}  // namespace hanse::zone
