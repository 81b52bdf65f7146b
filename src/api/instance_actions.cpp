// start, stop and restart of an instance, and its snapshots.
#include "api/audit_trail.h"
#include "api/json_body.h"
#include "api/messages.h"
#include "api/peer_put.h"
#include "api/resource_routes.h"

namespace hanse::api {
namespace {

using Action = Task<Result<model::Instance>> (zone::InstanceActions::*)(zone::ResourceId);
using SnapshotAction = Task<Result<model::Instance>> (zone::InstanceActions::*)(zone::ResourceId,
                                                                                std::string);

constexpr char kInstance[] =
    "/providers/seca.compute/v1/tenants/{tenant}/workspaces/{workspace}/instances/{name}";

Task<Result<http::Reply>> answer_with(Call call, Task<Result<model::Instance>> change) {
  HANSE_CO_TRY(const model::Instance instance, co_await std::move(change));
  note_revision(call.audit, instance.metadata.resource_version);
  co_return json_reply(202, instance);
}

Task<Result<http::Reply>> act(Context& context, Action action, Call call) {
  const zone::ResourceId id = id_of(call.path);
  HANSE_CO_CHECK(check_instance_of_peer(context, call, id));
  co_return co_await answer_with(std::move(call), (context.parts.instance_actions.*action)(id));
}

Task<Result<http::Reply>> take_snapshot(Context& context, Call call) {
  HANSE_CO_TRY(const SnapshotDraft draft,
               read_body<SnapshotDraft>(call.request.body.empty() ? "{}" : call.request.body));
  const std::string name = call.path.at("snapshot");
  const zone::ResourceId id = id_of(call.path);
  co_return co_await answer_with(std::move(call),
                                 context.parts.instance_actions.take_snapshot(id, name, draft.memory));
}

Task<Result<http::Reply>> act_on_snapshot(Context& context, SnapshotAction action, Call call) {
  const std::string name = call.path.at("snapshot");
  const zone::ResourceId id = id_of(call.path);
  co_return co_await answer_with(std::move(call), (context.parts.instance_actions.*action)(id, name));
}

void add_snapshot_routes(Routes& routes, Context& context) {
  const std::string path = std::string(kInstance) + "/snapshots/{snapshot}";
  routes.push_back({.name = "PUT " + path,
                    .access = kUsers,
                    .permission = {"seca.compute", "instances", "put.snapshot"},
                    .summary = "Take a snapshot of an instance; it is ready when its state says so",
                    .request_schema = "SnapshotDraft",
                    .answer_schema = "Instance",
                    .success = 202,
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return take_snapshot(context, std::move(call)); }});
  routes.push_back({.name = "DELETE " + path,
                    .access = kUsers,
                    .permission = {"seca.compute", "instances", "delete.snapshot"},
                    .summary = "Delete a snapshot of an instance",
                    .answer_schema = "Instance",
                    .success = 202,
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) {
                      return act_on_snapshot(context, &zone::InstanceActions::delete_snapshot,
                                             std::move(call));
                    }});
  routes.push_back({.name = "POST " + path + "/restore",
                    .access = kUsers,
                    .permission = {"seca.compute", "instances", "post.restore"},
                    .summary = "Make an instance what it was in a snapshot; what it did since is lost",
                    .answer_schema = "Instance",
                    .success = 202,
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) {
                      return act_on_snapshot(context, &zone::InstanceActions::restore_snapshot,
                                             std::move(call));
                    }});
  routes.push_back({.name = "DELETE " + path + "/restore",
                    .access = kUsers,
                    .permission = {"seca.compute", "instances", "delete.restore"},
                    .summary = "Let an instance stay what it is, while nothing of it was overwritten yet",
                    .answer_schema = "Instance",
                    .success = 202,
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) {
                      return act_on_snapshot(context, &zone::InstanceActions::cancel_restore,
                                             std::move(call));
                    }});
}

}  // namespace

void add_instance_action_routes(Routes& routes, Context& context) {
  add_snapshot_routes(routes, context);
  struct Named {
    const char* name;
    Action action;
    const char* summary;
  };
  constexpr Named kActions[] = {{"start", &zone::InstanceActions::start, "Start an instance that is stopped"},
                                {"stop", &zone::InstanceActions::stop, "Stop an instance"},
                                {"restart", &zone::InstanceActions::restart, "Stop and start an instance"}};
  for (const Named& named : kActions) {
    routes.push_back({.name = fmt::format("POST {}/{}", kInstance, named.name),
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
