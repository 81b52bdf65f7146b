#include "api/resource_routes.h"

#include <boost/json.hpp>
#include <utility>

#include "api/audit_trail.h"
#include "api/listing_stream.h"
#include "api/query.h"
#include "api/resource_watch.h"
#include "api/watch_rights.h"

namespace hanse::api {
namespace {

using Options = std::shared_ptr<const ResourceRouteOptions>;  // shared by the functions of several routes

Result<http::Reply> watch_reply(Context& context, const ResourceKind& kind, const Call& call) {
  WatchRequest request{.scope = id_of(call.path),
                       .labels = text_parameter(call.request.query, "labels"),
                       .last_event_id = call.request.headers.get("Last-Event-ID")};
  HANSE_CHECK(model::matches_selector({}, request.labels));
  return events_reply(context, call, [&context, &kind, request](http::EventWriter& writer) {
    return watch_resources(context.log, context.parts.store, kind, request, writer);
  });
}

Task<Result<http::Reply>> list_resources(Context& context, const ResourceKind& kind, Call call) {
  HANSE_CO_TRY(const bool watch, flag_parameter(call.request.query, "watch"));
  if (watch) co_return watch_reply(context, kind, call);
  HANSE_CO_TRY(const auto request, list_request(call.request.query, id_of(call.path), kMaxListed));
  if (request.limit > zone::kMaxPage) {
    http::Reply reply(json_text_response(200, ""));
    HANSE_CO_TRY(reply.body, stream_listing(kind, request));
    co_return reply;
  }
  HANSE_CO_TRY(const ResourceKind::Listing listing, kind.list(request));
  co_return list_response(listing);
}

Task<Result<http::Reply>> get_resource(Context& context, const ResourceKind& kind, Options options,
                                       Call call) {
  if (options->guard) HANSE_CO_CHECK(options->guard(call));
  HANSE_CO_TRY(const bool watch, flag_parameter(call.request.query, "watch"));
  // A watch that goes on may be about a resource that is gone: it then says so.
  const bool resumes = watch && call.request.headers.contains("Last-Event-ID");
  auto resource = kind.get(id_of(call.path));
  if (!resource && !resumes) co_return fail(resource.error());
  if (watch) co_return watch_reply(context, kind, call);
  co_return json_text_response(200, std::move(*resource));
}

Task<Result<http::Reply>> put_resource(ResourceKind& kind, Options options, Call call) {
  if (options->guard) HANSE_CO_CHECK(options->guard(call));
  AuditNote* const audit = call.audit;
  ResourceKind::Written written;
  if (call.caller.kind == zone::CallerKind::peer && options->peer_put) {
    HANSE_CO_TRY(written, co_await options->peer_put(std::move(call)));
  } else {
    HANSE_CO_TRY(const auto seen, seen_version(call.request));
    const zone::ResourceId id = id_of(call.path);
    HANSE_CO_TRY(written, co_await kind.put(id, std::move(call.request.body), seen));
  }
  note_revision(audit, written.revision);
  co_return json_text_response(written.created ? 201 : 200, std::move(written.resource));
}

Task<Result<http::Reply>> delete_resource(ResourceKind& kind, Options options, Call call) {
  if (options->guard) HANSE_CO_CHECK(options->guard(call));
  HANSE_CO_TRY(const auto seen, seen_version(call.request));
  HANSE_CO_TRY(ResourceKind::Written written, co_await kind.request_deletion(id_of(call.path), seen));
  note_revision(call.audit, written.revision);
  co_return json_text_response(202, std::move(written.resource));
}

// "/providers/seca.compute/v1/…/instances" is the provider seca.compute and its resource instances.
zone::RequiredPermission permission_for(const std::string& collection, const char* verb) {
  constexpr std::string_view kProviders = "/providers/";
  const std::size_t end = collection.find('/', kProviders.size());
  return {collection.substr(kProviders.size(), end - kProviders.size()),
          collection.substr(collection.rfind('/') + 1), verb};
}

void add_reading(Routes& routes, Context& context, const ResourceKind& kind, const Options& options) {
  routes.push_back(
      {.name = "GET " + options->collection,
       .access = options->list,
       .permission = permission_for(options->collection, "list"),
       .summary = fmt::format("List or watch: {}", kind.traits().collection),
       .query = {kListedParameter, kSkipTokenParameter, kLabelsParameter, kWatchParameter},
       .answer_schema = options->schema + "List",
       .function = [&context, &kind](Call call) { return list_resources(context, kind, std::move(call)); }});
  routes.push_back({.name = "GET " + options->collection + "/{name}",
                    .access = options->get,
                    .permission = permission_for(options->collection, "get"),
                    .summary = fmt::format("Get or watch one {}", kind.traits().title),
                    .query = {kWatchParameter},
                    .answer_schema = options->schema,
                    .function = [&context, &kind, options](Call call) {
                      return get_resource(context, kind, options, std::move(call));
                    }});
}

void add_writing(Routes& routes, ResourceKind& kind, const Options& options) {
  routes.push_back(
      {.name = "PUT " + options->collection + "/{name}",
       .access = options->put,
       .permission = permission_for(options->collection, "put"),
       .summary = fmt::format("Create or replace one {}; if-unmodified-since: the resourceVersion seen",
                              kind.traits().title),
       .request_schema = options->schema,
       .answer_schema = options->schema,
       .options = {.body_limit = kMaxResourceBody},
       .function = [&kind, options](Call call) { return put_resource(kind, options, std::move(call)); }});
  routes.push_back(
      {.name = "DELETE " + options->collection + "/{name}",
       .access = options->remove,
       .permission = permission_for(options->collection, "delete"),
       .summary = fmt::format("Ask for the deletion of one {}", kind.traits().title),
       .query = options->remove_query,
       .answer_schema = options->schema,
       .success = 202,
       .function = [&kind, options](Call call) { return delete_resource(kind, options, std::move(call)); }});
}

}  // namespace

void add_resource_routes(Routes& routes, Context& context, std::unique_ptr<ResourceKind> kind,
                         ResourceRouteOptions options) {
  ResourceKind& kept = *context.kinds.emplace_back(std::move(kind));
  const auto shared = std::make_shared<const ResourceRouteOptions>(std::move(options));
  add_reading(routes, context, kept, shared);
  add_writing(routes, kept, shared);
}

zone::ResourceId id_of(const http::PathParameters& path) {
  const auto part = [&](const char* name) {
    const auto found = path.find(name);
    return found == path.end() ? std::string() : found->second;
  };
  return {part("tenant"), part("workspace"), part("name")};
}

http::Response json_text_response(int status, std::string text) {
  return {status, {{"Content-Type", "application/json"}}, std::move(text)};
}

http::Response list_response(const std::vector<std::string>& items, const std::string& skip_token) {
  zone::ListText listing{.skip_token = skip_token};
  for (const std::string& item : items) {
    if (!listing.items.empty()) listing.items += ',';
    listing.items += item;
  }
  return list_response(listing);
}

http::Response list_response(const zone::ListText& listing) {
  std::string text;
  text.reserve(listing.items.size() + listing.skip_token.size() + 64);
  text += kListBegin;
  text += listing.items;
  text += list_end(listing.skip_token);
  return json_text_response(200, std::move(text));
}

std::string list_end(const std::string& skip_token) {
  json::Object metadata;
  metadata.emplace("skipToken", skip_token);
  return R"(],"metadata":)" + json::dump(metadata) + "}";
}

Result<http::Reply> events_reply(Context& context, const Call& call, EventsFunction function) {
  // Nothing would end it when the zone is a peer no more; a peer asks again instead.
  if (call.caller.kind == zone::CallerKind::peer)
    return fail(Code::permission_denied,
                "zone '{}' may read and not watch; ask again when it may have changed", call.caller.name);
  HANSE_TRY(const WatchSeats::Pointer seat, context.seats.take(call.caller));
  http::Reply reply;
  if (call.caller.kind != zone::CallerKind::user || call.permission == nullptr) {
    reply.events = [seat, run = std::move(function)](http::EventWriter& writer) { return run(writer); };
    return reply;
  }
  const WatchRights rights{call.caller, *call.permission, target_of(call.path)};
  reply.events = [seat, &context, rights, run = std::move(function)](http::EventWriter& writer) {
    return run_while_allowed(context, rights, run(writer));
  };
  return reply;
}

}  // namespace hanse::api
