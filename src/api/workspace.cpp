// seca.workspace: workspaces of a tenant.
#include "api/resource_kind_of.h"
#include "api/resource_routes.h"

namespace hanse::api {

void add_workspace_routes(Routes& routes, Context& context) {
  add_resource_routes(
      routes, context, std::make_unique<ResourceKindOf<model::Workspace>>(context.parts.frontends.workspaces),
      {.collection = "/providers/seca.workspace/v1/tenants/{tenant}/workspaces", .schema = "Workspace"});
}

}  // namespace hanse::api
