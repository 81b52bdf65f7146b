// hanse.placement: reservations of peers, why a workload's replicas are where they are, and how well the
// zone's own hosts are packed.
#include "api/json_body.h"
#include "api/query.h"
#include "api/resource_routes.h"
#include "zone/reservations.h"
#include "zone/workloads/explainer.h"

namespace hanse::api {
namespace {

Task<Result<http::Reply>> reserve(Context& context, Call call) {
  HANSE_CO_TRY(const auto request, read_body<model::ReservationRequest>(call.request.body));
  HANSE_CO_TRY(const auto answer, context.parts.reservations.reserve(call.caller.name, request));
  co_return json_reply(200, answer);
}

Task<Result<http::Reply>> release(Context& context, Call call) {
  HANSE_CO_CHECK(context.parts.reservations.release(call.caller.name, call.path.at("name")));
  co_return http::Reply(http::Response{204});
}

Task<Result<http::Reply>> lease(Context& context, Call call) {
  HANSE_CO_TRY(const auto request, read_body<model::ReplicaLeaseRequest>(call.request.body));
  HANSE_CO_TRY(const auto answer, context.parts.lease_grants.grant(request));
  co_return json_reply(200, answer);
}

Task<Result<http::Reply>> explain(Context& context, Call call) {
  HANSE_CO_TRY(const auto explanation, context.parts.explainer.explain(id_of(call.path)));
  co_return json_reply(200, explanation);
}

Task<Result<http::Reply>> packing(Context& context, Call call) {
  HANSE_CO_TRY(const auto budget,
               number_parameter(call.request.query, "budget", {1, model::kMaxPackingMoves}));
  HANSE_CO_TRY(const auto report, co_await context.parts.packing.report(budget));
  co_return json_reply(200, report);
}

}  // namespace

void add_placement_routes(Routes& routes, Context& context) {
  routes.push_back({.name = fmt::format("POST {}", model::kReservationsPath),
                    .access = kPeers,
                    .summary = "Hold room for a replica of the calling zone's workload; may be repeated",
                    .request_schema = "ReservationRequest",
                    .answer_schema = "ReservationAnswer",
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return reserve(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("DELETE {}/{{name}}", model::kReservationsPath),
                    .access = kPeers,
                    .summary = "Give the room back; afterwards nothing can be put by it",
                    .success = 204,
                    .function = [&context](Call call) { return release(context, std::move(call)); }});
  routes.push_back(
      {.name = fmt::format("POST {}", model::kReplicaLeasesPath),
       .access = kPeers,
       .summary = "Renew the leases by which the calling zone runs replicas of this one's workloads",
       .request_schema = "ReplicaLeaseRequest",
       .answer_schema = "ReplicaLeaseAnswer",
       .options = {.body_limit = kMaxActionBody},
       .audited = false,
       .function = [&context](Call call) { return lease(context, std::move(call)); }});
  routes.push_back(
      {.name = "GET /providers/hanse.placement/v1/tenants/{tenant}/workspaces/{workspace}/workloads/{name}/"
               "explanation",
       .access = kUsers,
       .permission = {"hanse.workload", "workloads", "get"},
       .summary = "Why each replica is where it is, or what would have to change",
       .answer_schema = "WorkloadExplanation",
       .function = [&context](Call call) { return explain(context, std::move(call)); }});
  routes.push_back(
      {.name = "GET /providers/hanse.placement/v1/packing",
       .access = kUsers,
       .permission = {"hanse.placement", "packing", "get"},
       .summary = "How many hosts are open, how many any packing needs, and moves that would "
                  "empty some",
       .query = {{"budget", ParameterType::number, "The most moves; default 1 % of the instances"}},
       .answer_schema = "PackingReport",
       .function = [&context](Call call) { return packing(context, std::move(call)); }});
}

}  // namespace hanse::api
