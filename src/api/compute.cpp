// seca.compute: instance SKUs and instances. What a user does with an instance beyond that is in
// instance_actions.cpp and console.cpp.
#include "api/peer_put.h"
#include "api/resource_kind_of.h"
#include "api/resource_routes.h"
#include "model/reservation.h"

namespace hanse::api {
namespace {

void add_skus(Routes& routes, Context& context) {
  auto& frontend = context.parts.frontends.instance_skus;
  const auto peer_put = [&context, &frontend](Call call) {
    std::string flavour = id_of(call.path).name;
    return put_if_new(context, frontend, std::move(call), std::move(flavour));
  };
  add_resource_routes(routes, context, std::make_unique<ResourceKindOf<model::InstanceSku>>(frontend),
                      {.collection = "/providers/seca.compute/v1/tenants/{tenant}/skus",
                       .schema = "InstanceSku",
                       .put = kUsersAndPeers,
                       .peer_put = peer_put});
}

}  // namespace

void add_compute_routes(Routes& routes, Context& context) {
  add_skus(routes, context);
  add_resource_routes(
      routes, context, std::make_unique<ResourceKindOf<model::Instance>>(context.parts.frontends.instances),
      {.collection = "/providers/seca.compute/v1/tenants/{tenant}/workspaces/{workspace}/instances",
       .schema = "Instance",
       .get = kUsersAndPeers,
       .put = kUsersAndPeers,
       .remove = kUsersAndPeers,
       .remove_query = {{model::kReservationParameter, ParameterType::text,
                         "Peers: only the replica that was put by this reservation"}},
       .guard =
           [&context](const Call& call) { return check_instance_of_peer(context, call, id_of(call.path)); },
       .peer_put = [&context](Call call) { return put_instance_of_peer(context, std::move(call)); }});
}

}  // namespace hanse::api
