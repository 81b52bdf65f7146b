// Authorization resources, as SECA's authorization provider has them: roles, which are lists of permissions,
// and role assignments, which give roles to subjects within scopes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/compute.h"
#include "model/metadata.h"

namespace hanse::model {

inline constexpr std::size_t kMaxPermissions = 64;      // of a role
inline constexpr std::size_t kMaxPermissionTerms = 64;  // resources, or verbs, of a permission
inline constexpr std::size_t kMaxAssignmentSubs = 256;
inline constexpr std::size_t kMaxAssignmentScopes = 32;
inline constexpr std::size_t kMaxScopeTerms = 64;  // tenants, regions, or workspaces, of a scope
inline constexpr std::size_t kMaxAssignmentRoles = 32;

// "*" stands for all, in each of the three.
struct Permission {
  std::string provider;                // "seca.compute", also "seca.compute/v1"
  std::vector<std::string> resources;  // "instances/*", "instances/web"
  std::vector<std::string> verb;       // get, list, put, delete, post, post.start
  bool operator==(const Permission&) const = default;
};
BOOST_DESCRIBE_STRUCT(Permission, (), (provider, resources, verb))
HANSE_DECLARE_JSON(Permission);

struct RoleSpec {
  std::vector<Permission> permissions;
  bool operator==(const RoleSpec&) const = default;
};
BOOST_DESCRIBE_STRUCT(RoleSpec, (), (permissions))
HANSE_DECLARE_JSON(RoleSpec);

using Role = Resource<RoleSpec, PlainStatus>;
HANSE_DECLARE_JSON(Role);

struct RoleAssignmentScope {
  std::vector<std::string> tenants;     // empty: the assignment's own; "*": all, and the zone itself
  std::vector<std::string> regions;     // zones; empty: all
  std::vector<std::string> workspaces;  // empty: all, and what belongs to the tenant itself
  bool operator==(const RoleAssignmentScope&) const = default;
};
BOOST_DESCRIBE_STRUCT(RoleAssignmentScope, (), (tenants, regions, workspaces))
HANSE_DECLARE_JSON(RoleAssignmentScope);

struct RoleAssignmentSpec {
  std::vector<std::string> subs;  // subjects of tokens, "group:<name>", or "*" for all users
  std::vector<RoleAssignmentScope> scopes;
  std::vector<std::string> roles;
  bool operator==(const RoleAssignmentSpec&) const = default;
};
BOOST_DESCRIBE_STRUCT(RoleAssignmentSpec, (), (subs, scopes, roles))
HANSE_DECLARE_JSON(RoleAssignmentSpec);

using RoleAssignment = Resource<RoleAssignmentSpec, PlainStatus>;
HANSE_DECLARE_JSON(RoleAssignment);

inline constexpr std::string_view kWildcard = "*";

Status check(const Role& role);
Status check(const RoleAssignment& assignment);

}  // namespace hanse::model
