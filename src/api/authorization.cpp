// seca.authorization: roles and their assignments.
#include <algorithm>
#include <boost/json.hpp>

#include "api/json_body.h"
#include "api/resource_kind_of.h"
#include "api/resource_routes.h"

namespace hanse::api {
namespace {

constexpr char kRoles[] = "/providers/seca.authorization/v1/tenants/{tenant}/roles";
constexpr char kAssignments[] = "/providers/seca.authorization/v1/tenants/{tenant}/role-assignments";

// Who changes what counts in other tenants must have the right to do so there.
Status check_reach(const Context& context, const Call& call, const model::RoleAssignmentSpec& spec) {
  for (const model::RoleAssignmentScope& scope : spec.scopes) {
    for (const std::string& tenant : scope.tenants) {
      if (tenant == call.path.at("tenant")) continue;
      // Only an assignment for all tenants reaches the zone itself, which has no tenant.
      const zone::ResourceId there{.tenant = tenant == model::kWildcard ? "" : tenant,
                                   .name = call.path.at("name")};
      HANSE_CHECK(context.parts.authorization.check(call.caller, *call.permission, there));
    }
  }
  return {};
}

// Both what it says now and what it is to say.
Status guard_assignment(const Context& context, const Call& call) {
  if (call.request.method == "GET") return {};
  if (const auto existing = context.parts.tables.role_assignments.get(id_of(call.path)))
    HANSE_CHECK(check_reach(context, call, (*existing)->spec));
  if (call.request.method == "DELETE") return {};
  HANSE_TRY(const auto wanted, read_body<model::RoleAssignment>(call.request.body));
  return check_reach(context, call, wanted.spec);
}

// A change of a role changes what all of its assignments give.
Status guard_role(const Context& context, const Call& call) {
  if (call.request.method == "GET") return {};
  const zone::ResourceId scope{.tenant = call.path.at("tenant")};
  HANSE_TRY(const auto assignments, context.parts.tables.role_assignments.all(scope));
  for (const auto& assignment : assignments) {
    const auto& roles = assignment->spec.roles;
    if (std::find(roles.begin(), roles.end(), call.path.at("name")) != roles.end())
      HANSE_CHECK(check_reach(context, call, assignment->spec));
  }
  return {};
}

}  // namespace

void add_authorization_routes(Routes& routes, Context& context) {
  zone::Frontends& frontends = context.parts.frontends;
  add_resource_routes(routes, context, std::make_unique<ResourceKindOf<model::Role>>(frontends.roles),
                      {.collection = kRoles, .schema = "Role", .guard = [&context](const Call& call) {
                         return guard_role(context, call);
                       }});
  add_resource_routes(
      routes, context, std::make_unique<ResourceKindOf<model::RoleAssignment>>(frontends.role_assignments),
      {.collection = kAssignments, .schema = "RoleAssignment", .guard = [&context](const Call& call) {
         return guard_assignment(context, call);
       }});
}

}  // namespace hanse::api
