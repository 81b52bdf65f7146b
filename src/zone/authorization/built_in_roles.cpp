#include "zone/authorization/built_in_roles.h"

namespace hanse::zone {
namespace {

using Terms = std::vector<std::string>;

const Terms everything{"*"};
const Terms read_verbs{"get", "list"};

// All that there is, but for what makes or ends rights.
std::vector<model::Permission> operator_permissions() {
  std::vector<model::Permission> permissions;
  for (const char* provider :
       {"seca.workspace", "seca.compute", "seca.storage", "hanse.storage", "hanse.host", "hanse.workload",
        "hanse.migration", "hanse.placement", "hanse.federation"})
    permissions.push_back({provider, everything, everything});
  permissions.push_back({"*", everything, read_verbs});
  return permissions;
}

std::vector<model::Permission> catalogue() {
  return {{"seca.region", {"regions/*"}, read_verbs},
          {"seca.compute", {"skus/*"}, read_verbs},
          {"seca.storage", {"skus/*", "images/*"}, read_verbs},
          {"hanse.system", {"openapi/*"}, {"get"}}};
}

std::vector<model::Permission> workload_permissions() {
  std::vector<model::Permission> permissions = catalogue();
  permissions.push_back({"seca.workspace", {"workspaces/*"}, read_verbs});
  permissions.push_back({"seca.compute", {"instances/*"}, everything});
  permissions.push_back({"seca.storage", {"block-storages/*"}, everything});
  permissions.push_back({"hanse.workload", {"workloads/*"}, everything});
  permissions.push_back({"hanse.migration", {"transfers/*"}, everything});
  permissions.push_back({"hanse.observatory", {"events/*"}, {"list"}});
  return permissions;
}

// The audit log is of the zone as a whole, and its verb is none of those for reading: who may see
// everything else does not see who did it.
std::vector<model::Permission> auditor_permissions() {
  return {{"hanse.observatory", {"audit/*"}, {"post.review"}},
          {"hanse.observatory", {"events/*"}, {"list"}},
          {"seca.authorization", {"roles/*", "role-assignments/*"}, read_verbs},
          {"hanse.system", {"openapi/*"}, {"get"}}};
}

}  // namespace

const std::vector<BuiltInRole>& built_in_roles() {
  static const std::vector<BuiltInRole> roles{
      {"admin", {{{"*", everything, everything}}}},  {"operator", {operator_permissions()}},
      {"viewer", {{{"*", everything, read_verbs}}}}, {"workload-user", {workload_permissions()}},
      {"catalogue-viewer", {catalogue()}},           {"auditor", {auditor_permissions()}}};
  return roles;
}

const model::RoleSpec* find_built_in_role(std::string_view name) {
  for (const BuiltInRole& role : built_in_roles()) {
    if (role.name == name) return &role.spec;
  }
  return nullptr;
}

}  // namespace hanse::zone
