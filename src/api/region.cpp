// seca.region: this zone and its peers. A region is a zone of the federation.
#include "api/endpoint.h"
#include "api/json_body.h"
#include "api/messages.h"
#include "api/query.h"
#include "api/resource_routes.h"

namespace hanse::api {
namespace {

Region this_region(const Context& context, const http::Request& request) {
  const zone::ZoneConfig& config = context.parts.config;
  return {.metadata = {.name = config.name},
          .spec = {.provider = config.provider,
                   .member_state = config.member_state,
                   .city = config.city,
                   .latitude = config.latitude,
                   .longitude = config.longitude,
                   .endpoint = own_endpoint(config, request)}};
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
  return region;
}

Task<Result<http::Reply>> list_regions(Context& context, Call call) {
  HANSE_CO_TRY(const auto page, list_request(call.request.query, {}));
  std::vector<Region> regions{this_region(context, call.request)};
  for (const std::string& name : context.parts.peers.names()) {
    if (const federation::Peer* peer = context.parts.peers.find(name))
      regions.push_back(peer_region(context, *peer));
  }
  std::vector<std::string> items;
  std::string skip_token;
  std::size_t position = 0;
  HANSE_CO_TRY(const auto skip, number_parameter(call.request.query, "skipToken", {}));
  for (const Region& region : regions) {
    if (position++ < static_cast<std::size_t>(skip.value_or(0))) continue;
    if (items.size() == page.limit) {
      skip_token = std::to_string(position - 1);
      break;
    }
    items.push_back(json::dump(to_json(region)));
  }
  co_return list_response(items, skip_token);
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
                    .summary = "List this zone and its peers",
                    .query = {kLimitParameter, kSkipTokenParameter},
                    .answer_schema = "RegionList",
                    .function = [&context](Call call) { return list_regions(context, std::move(call)); }});
  routes.push_back({.name = "GET /providers/seca.region/v1/regions/{zone}",
                    .access = kUsersAndPeers,
                    .summary = "Get this zone or a peer",
                    .answer_schema = "Region",
                    .function = [&context](Call call) { return get_region(context, std::move(call)); }});
}

}  // namespace hanse::api
