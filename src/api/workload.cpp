// hanse.workload: workloads, which may span zones.
#include "api/resource_kind_of.h"
#include "api/resource_routes.h"

namespace hanse::api {

void add_workload_routes(Routes& routes, Context& context) {
  add_resource_routes(
      routes, context, std::make_unique<ResourceKindOf<model::Workload>>(context.parts.frontends.workloads),
      {.collection = "/providers/hanse.workload/v1/tenants/{tenant}/workspaces/{workspace}/workloads",
       .schema = "Workload"});
}

}  // namespace hanse::api
