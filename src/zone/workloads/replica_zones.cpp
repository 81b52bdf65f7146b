#include "zone/workloads/replica_zones.h"

#include <boost/json.hpp>

#include "codec/url.h"

namespace hanse::zone {
namespace {

std::string instance_path(const ResourceId& id) {
  return fmt::format("/providers/seca.compute/v1/tenants/{}/workspaces/{}/instances/{}", id.tenant,
                     id.workspace, id.name);
}

// A zone that is no peer any more answers as little as one that is lost.
Result<std::shared_ptr<federation::PeerClient>> client_of(PeerClients& clients, const std::string& zone) {
  auto client = clients.get(zone);
  if (!client) return fail(Code::unavailable, "{}", client.error().message);
  return client;
}

// What a user sends: no status, and only the metadata that the path does not say.
template <class T>
json::Value body_of(const T& resource) {
  json::Object body = to_json(resource).as_object();
  body.erase("status");
  body["metadata"] = json::Object{{"name", resource.metadata.name}};
  return body;
}

// What is there already is good when it is the same. When it is another of the same name the replica would be
// another machine than the one that was declared, reserved and priced: the zone cannot take it.
Status accept_same(const Result<json::Value>& answer, const std::string& zone) {
  if (answer) return {};
  if (answer.error().code != Code::already_exists) return fail(answer.error());
  return fail(Code::failed_precondition, "zone '{}' has another of that name: {}", zone,
              answer.error().message);
}

}  // namespace

Task<Result<model::ReservationAnswer>> ReplicaZones::reserve(std::string zone,
                                                             model::ReservationRequest request) {
  HANSE_CO_TRY(const auto client, client_of(services_.clients, zone));
  HANSE_CO_TRY(const json::Value answer,
               co_await client->call("POST", model::kReservationsPath, to_json(request)));
  co_return json::from_json<model::ReservationAnswer>(answer);
}

Task<Status> ReplicaZones::release(std::string zone, std::string reservation) {
  HANSE_CO_TRY(const auto client, client_of(services_.clients, zone));
  const auto released =
      co_await client->call("DELETE", fmt::format("{}/{}", model::kReservationsPath, reservation));
  if (!released) co_return fail(released.error());
  co_return Status();
}

// Whose replica it is goes into the status, where no user can write it.
Task<Status> ReplicaZones::put_here(ReplicaRequest replica) {
  const ResourceId id = id_of(replica.instance.metadata);
  if (services_.tables.instances.get(id)) co_return Status();
  const std::string workload = replica.instance.annotations[model::kWorkloadAnnotation];
  const auto put = co_await services_.frontends.instances.put(
      std::move(replica.instance), std::nullopt,
      [workload](model::Instance& made) { made.status.workload = workload; });
  if (!put) co_return fail(put.error());
  co_return Status();
}

Task<Status> ReplicaZones::put(std::string zone, ReplicaRequest replica) {
  if (is_here(zone)) co_return co_await put_here(std::move(replica));
  HANSE_CO_TRY(const auto client, client_of(services_.clients, zone));
  const ResourceId id = id_of(replica.instance.metadata);
  const auto there = co_await client->call("GET", instance_path(id));
  if (there) co_return Status();
  if (there.error().code != Code::not_found) co_return fail(there.error());
  const std::string sku =
      fmt::format("/providers/seca.compute/v1/tenants/{}/skus/{}", id.tenant, replica.sku.metadata.name);
  HANSE_CO_CHECK(accept_same(co_await client->call("PUT", sku, body_of(replica.sku)), zone));
  if (replica.image) {
    replica.image->annotations["hanse/origin"] = services_.config.name;
    const std::string image = fmt::format("/providers/seca.storage/v1/tenants/{}/images/{}", id.tenant,
                                          replica.image->metadata.name);
    HANSE_CO_CHECK(accept_same(co_await client->call("PUT", image, body_of(*replica.image)), zone));
  }
  const auto made = co_await client->call("PUT", instance_path(id), body_of(replica.instance));
  if (!made) co_return fail(made.error());
  co_return Status();
}

Task<Result<model::Instance>> ReplicaZones::get(std::string zone, ResourceId id) {
  if (is_here(zone)) {
    HANSE_CO_TRY(const auto instance, services_.tables.instances.get(id));
    co_return *instance;
  }
  HANSE_CO_TRY(const auto client, client_of(services_.clients, zone));
  HANSE_CO_TRY(const json::Value answer, co_await client->call("GET", instance_path(id)));
  co_return json::from_json<model::Instance>(answer);
}

Task<Status> ReplicaZones::change(std::string zone, model::Instance instance) {
  if (is_here(zone)) {
    const std::int64_t version = instance.metadata.resource_version;
    const auto put = co_await services_.frontends.instances.put(std::move(instance), version);
    if (!put) co_return fail(put.error());
    co_return Status();
  }
  HANSE_CO_TRY(const auto client, client_of(services_.clients, zone));
  const auto changed =
      co_await client->call("PUT", instance_path(id_of(instance.metadata)), body_of(instance));
  if (!changed) co_return fail(changed.error());
  co_return Status();
}

Task<Status> ReplicaZones::remove(std::string zone, ResourceId id, std::string reservation) {
  if (is_here(zone)) {
    const auto deleted = co_await services_.frontends.instances.request_deletion(id);
    if (!deleted) co_return fail(deleted.error());
    co_return Status();
  }
  HANSE_CO_TRY(const auto client, client_of(services_.clients, zone));
  // One of the same name may be there when the request comes late.
  std::string path = instance_path(id);
  if (!reservation.empty())
    path += fmt::format("?{}={}", model::kReservationParameter, codec::percent_encode(reservation));
  const auto deleted = co_await client->call("DELETE", std::move(path));
  if (!deleted) co_return fail(deleted.error());
  co_return Status();
}

Task<Status> ReplicaZones::set_power(std::string zone, ResourceId id, model::Power power) {
  const bool on = power == model::Power::running;
  if (is_here(zone)) {
    const auto set = on ? co_await services_.actions.start(id) : co_await services_.actions.stop(id);
    if (!set) co_return fail(set.error());
    co_return Status();
  }
  HANSE_CO_TRY(const auto client, client_of(services_.clients, zone));
  const auto set = co_await client->call("POST", instance_path(id) + (on ? "/start" : "/stop"));
  if (!set) co_return fail(set.error());
  co_return Status();
}

Task<Status> ReplicaZones::move(std::string zone, ResourceId id, std::string target) {
  model::TransferSpec spec;
  spec.instance = id.name;
  spec.target_zone = std::move(target);
  spec.mode = model::TransferMode::live;  // a policy is no reason to shut a guest down
  if (is_here(zone)) {
    const auto moving = co_await services_.transfers.create({.tenant = id.tenant, .workspace = id.workspace},
                                                            std::move(spec));
    if (!moving) co_return fail(moving.error());
    co_return Status();
  }
  HANSE_CO_TRY(const auto client, client_of(services_.clients, zone));
  const std::string path = fmt::format("/providers/hanse.migration/v1/tenants/{}/workspaces/{}/transfers",
                                       id.tenant, id.workspace);
  const auto moving = co_await client->call("POST", path, json::Object{{"spec", to_json(spec)}});
  if (!moving) co_return fail(moving.error());
  co_return Status();
}

}  // namespace hanse::zone
