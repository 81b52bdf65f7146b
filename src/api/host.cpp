// hanse.host: hosts, their streams, and the relayed streams for which they dial back.
#include "api/resource_kind_of.h"
#include "api/resource_routes.h"
#include "model/host_messages.h"

namespace hanse::api {
namespace {

Status check_upgrade(const Call& call, const char* protocol) {
  if (call.request.headers.has_token("Upgrade", protocol)) return {};
  return fail(Error{
      Code::invalid_argument,
      fmt::format("this needs a request with 'Upgrade: {}'; a side of another version may speak another",
                  protocol),
      {{{}, "Upgrade"}}});
}

// One that is back before its old stream was found dead takes no room.
Status check_room(const Context& context, const std::string& host) {
  const zone::HostSessions& hosts = context.parts.hosts;
  const std::size_t room = context.parts.room.hosts;
  if (static_cast<std::size_t>(hosts.connected_count()) < room || hosts.connected(host)) return {};
  return fail(Code::unavailable,
              "the zone has no room for another host: {} are connected, which is all that the descriptors of "
              "its process allow; raise its hard limit of open files (LimitNOFILE=, 'ulimit -Hn')",
              hosts.connected_count());
}

Task<Result<http::Reply>> open_host_stream(Context& context, Call call) {
  HANSE_CO_CHECK(check_upgrade(call, model::kHostProtocol));
  HANSE_CO_CHECK(check_room(context, call.caller.name));
  http::Reply reply;
  reply.takeover = [&context, host = call.caller.name](std::unique_ptr<Stream> stream) {
    return context.parts.hosts.serve(host, std::move(stream));
  };
  co_return reply;
}

Task<void> attach(Context& context, std::string host, std::string id, std::unique_ptr<Stream> stream) {
  const Status attached = context.parts.hosts.attach_relay(host, id, std::move(stream));
  if (!attached) context.log.warning("host '{}' dialled back in vain: {}", host, attached.error().message);
  co_return;
}

Task<Result<http::Reply>> answer_relay(Context& context, Call call) {
  HANSE_CO_CHECK(check_upgrade(call, model::kRelayProtocol));
  http::Reply reply;
  reply.takeover = [&context, host = call.caller.name,
                    id = call.path.at("id")](std::unique_ptr<Stream> stream) {
    return attach(context, host, id, std::move(stream));
  };
  co_return reply;
}

}  // namespace

void add_host_routes(Routes& routes, Context& context) {
  add_resource_routes(routes, context,
                      std::make_unique<ResourceKindOf<model::Host>>(context.parts.frontends.hosts),
                      {.collection = "/providers/hanse.host/v1/hosts", .schema = "Host"});
  routes.push_back(
      {.name = "GET /providers/hanse.host/v1/hosts/{name}/stream",
       .access = {.host = true, .own_host = "name"},
       .summary = "Upgrade to hanse-host/1: the stream between a host and its zone",
       .success = 101,
       .function = [&context](Call call) { return open_host_stream(context, std::move(call)); }});
  routes.push_back({.name = "GET /providers/hanse.host/v1/relays/{id}",
                    .access = {.host = true},
                    .summary = "Upgrade to hanse-relay/1: a host dials back for one relayed stream",
                    .success = 101,
                    .function = [&context](Call call) { return answer_relay(context, std::move(call)); }});
}

}  // namespace hanse::api
