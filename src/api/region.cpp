// seca.region: this zone and its peers. A region is a zone of the federation.
#include "api/endpoint.h"
#include "api/json_body.h"
#include "api/messages.h"
#include "api/paging.h"
#include "api/resource_routes.h"

namespace hanse::api {
namespace {

void add_hardware(Region& region, const federation::ZoneDigest& digest) {
  region.spec.cpu_models = digest.cpu_models;
  region.spec.machine_types = digest.machine_types;
}

Region this_region(const Context& context, const http::Request& request) {
  const zone::ZoneConfig& config = context.parts.config;
  Region region{.metadata = {.name = config.name},
                .spec = {.provider = config.provider,
                         .member_state = config.member_state,
                         .city = config.city,
                         .latitude = config.latitude,
                         .longitude = config.longitude,
                         .endpoint = own_endpoint(config, request)}};
  if (const auto* own = context.parts.records.digest_of(config.name)) add_hardware(region, own->digest);
  return region;
}

// As its digest describes it, once one has come.
Region peer_region(const Context& context, const federation::Peer& peer) {
  Region region{.metadata = {.name = peer.name}, .spec = {.endpoint = "https://" + to_string(peer.endpoint)}};
  if (!context.parts.records.reachable(peer.name)) region.status.state = model::ResourceState::error;
  const auto* known = context.parts.records.digest_of(peer.name);
  if (known == nullptr) return region;
  region.spec.provider = known->digest.provider;
  region.spec.member_state = known->digest.member_state;
  region.spec.city = known->digest.city;
  region.spec.latitude = known->digest.latitude;
  region.spec.longitude = known->digest.longitude;
  add_hardware(region, known->digest);
  return region;
}

Task<Result<http::Reply>> list_regions(Context& context, Call call) {
  std::vector<std::string> items{json::dump(to_json(this_region(context, call.request)))};
  for (const std::string& name : context.parts.peers.names()) {
    if (const federation::Peer* peer = context.parts.peers.find(name))
      items.push_back(json::dump(to_json(peer_region(context, *peer))));
  }
  co_return page_reply(call.request.query, std::move(items));
}

Task<Result<http::Reply>> get_region(Context& context, Call call) {
  const std::string& name = call.path.at("zone");
  if (name == context.parts.config.name) co_return json_reply(200, this_region(context, call.request));
  const federation::Peer* peer = context.parts.peers.find(name);
  if (peer == nullptr) {
    co_return fail(Code::not_found,
                   "zone '{}' is neither this one nor one of its peers; see 'hanse get zones'", name);
  }
  co_return json_reply(200, peer_region(context, *peer));
}

}  // namespace

void add_region_routes(Routes& routes, Context& context) {
  routes.push_back({.name = "GET /providers/seca.region/v1/regions",
                    .access = kUsersAndPeers,
                    .permission = {"seca.region", "regions", "list", zone::Reach::anywhere},
                    .summary = "List this zone and its peers",
                    .query = {kLimitParameter, kSkipTokenParameter},
                    .answer_schema = "RegionList",
                    .function = [&context](Call call) { return list_regions(context, std::move(call)); }});
  routes.push_back({.name = "GET /providers/seca.region/v1/regions/{zone}",
                    .access = kUsersAndPeers,
                    .permission = {"seca.region", "regions", "get", zone::Reach::anywhere},
                    .summary = "Get this zone or a peer",
                    .answer_schema = "Region",
                    .function = [&context](Call call) { return get_region(context, std::move(call)); }});
}

}  // namespace hanse::api
