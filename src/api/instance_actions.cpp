// start, stop and restart of an instance.
#include "api/audit_trail.h"
#include "api/json_body.h"
#include "api/peer_put.h"
#include "api/resource_routes.h"

namespace hanse::api {
namespace {

using Action = Task<Result<model::Instance>> (zone::InstanceActions::*)(zone::ResourceId);

Task<Result<http::Reply>> act(Context& context, Action action, Call call) {
  HANSE_CO_CHECK(check_instance_of_peer(context, call, id_of(call.path)));
  HANSE_CO_TRY(const model::Instance instance,
               co_await (context.parts.instance_actions.*action)(id_of(call.path)));
  note_revision(call.audit, instance.metadata.resource_version);
  co_return json_reply(202, instance);
}

}  // namespace

void add_instance_action_routes(Routes& routes, Context& context) {
  struct Named {
    const char* name;
    Action action;
    const char* summary;
  };
  constexpr Named kActions[] = {{"start", &zone::InstanceActions::start, "Start an instance that is stopped"},
                                {"stop", &zone::InstanceActions::stop, "Stop an instance"},
                                {"restart", &zone::InstanceActions::restart, "Stop and start an instance"}};
  for (const Named& named : kActions) {
    routes.push_back(
        {.name = fmt::format("POST /providers/seca.compute/v1/tenants/{{tenant}}/workspaces/{{workspace}}/"
                             "instances/{{name}}/{}",
                             named.name),
         .access = kUsersAndPeers,
         .permission = {"seca.compute", "instances", fmt::format("post.{}", named.name)},
         .summary = named.summary,
         .answer_schema = "Instance",
         .success = 202,
         .options = {.body_limit = kMaxActionBody},
         .function = [&context, action = named.action](Call call) {
           return act(context, action, std::move(call));
         }});
  }
}

}  // namespace hanse::api
