// seca.storage: storage SKUs, block storages and images. The content of images is in blobs.cpp.
#include "api/peer_put.h"
#include "api/resource_kind_of.h"
#include "api/resource_routes.h"

namespace hanse::api {

void add_storage_routes(Routes& routes, Context& context) {
  zone::Frontends& frontends = context.parts.frontends;
  add_resource_routes(
      routes, context, std::make_unique<ResourceKindOf<model::StorageSku>>(frontends.storage_skus),
      {.collection = "/providers/seca.storage/v1/tenants/{tenant}/skus", .schema = "StorageSku"});
  add_resource_routes(
      routes, context, std::make_unique<ResourceKindOf<model::BlockStorage>>(frontends.block_storages),
      {.collection = "/providers/seca.storage/v1/tenants/{tenant}/workspaces/{workspace}/block-storages",
       .schema = "BlockStorage"});
  add_resource_routes(routes, context, std::make_unique<ResourceKindOf<model::Image>>(frontends.images),
                      {.collection = "/providers/seca.storage/v1/tenants/{tenant}/images",
                       .schema = "Image",
                       .put = kUsersAndPeers,
                       .peer_put = [&context, &frontend = frontends.images](Call call) {
                         return put_if_new(context, frontend, std::move(call), "");
                       }});
}

}  // namespace hanse::api
