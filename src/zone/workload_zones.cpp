#include "zone/workload_zones.h"

#include <boost/json.hpp>

namespace hanse::zone {
namespace {

std::string instance_path(const ResourceId& id) {
  return fmt::format("/providers/seca.compute/v1/tenants/{}/workspaces/{}/instances/{}", id.tenant,
                     id.workspace, id.name);
}

// What a user sends: no status, and only the metadata that the path does not say.
template <class T>
json::Value body_of(const T& resource) {
  json::Object body = to_json(resource).as_object();
  body.erase("status");
  body["metadata"] = json::Object{{"name", resource.metadata.name}};
  return body;
}

// Names that are in the way or a stale version are not this caller's concern: what is there already is good.
Status accept_existing(const Result<json::Value>& answer) {
  if (answer || answer.error().code == Code::already_exists) return {};
  return fail(answer.error());
}

}  // namespace

WorkloadZones::WorkloadZones(Runtime& runtime, const ZoneConfig& config, Tables& tables, Frontends& frontends,
                             HostCapacity& capacity, const federation::Peers& peers, PeerClients& clients)
    : runtime_(runtime),
      config_(config),
      tables_(tables),
      frontends_(frontends),
      capacity_(capacity),
      peers_(peers),
      clients_(clients) {}

placement::ZoneCandidate WorkloadZones::here(const model::InstanceSku& sku) const {
  placement::ZoneCandidate zone{.name = config_.name, .member_state = config_.member_state};
  const auto room = capacity_.room(
      {.architecture = sku.spec.architecture, .vcpu = sku.spec.vcpu, .memory = sku.spec.memory_mib});
  if (room) zone.fits = room->instances;
  return zone;
}

Task<placement::ZoneCandidate> WorkloadZones::ask(std::string zone) {
  placement::ZoneCandidate candidate{.name = zone, .reachable = false};
  const auto client = clients_.get(zone);
  if (!client) co_return candidate;
  const auto answer = co_await (*client)->call("GET", "/providers/seca.region/v1/regions/" + zone);
  if (!answer) co_return candidate;
  const json::Value* spec = answer->is_object() ? answer->get_object().if_contains("spec") : nullptr;
  const json::Value* state =
      spec != nullptr && spec->is_object() ? spec->get_object().if_contains("memberState") : nullptr;
  if (state != nullptr && state->is_string()) candidate.member_state = std::string(state->get_string());
  candidate.reachable = true;
  // How much fits there is the other zone's to say: it takes the replica or shows why not.
  candidate.fits = 1;
  co_return candidate;
}

Task<Result<std::vector<placement::ZoneCandidate>>> WorkloadZones::candidates(model::InstanceSku sku) {
  std::vector<placement::ZoneCandidate> zones = {here(sku)};
  for (const std::string& peer : peers_.names()) {
    const auto known = known_.find(peer);
    const MonotonicTime now = runtime_.clock.now();
    if (known == known_.end() || now - known->second.at > kFresh || !known->second.candidate.reachable) {
      placement::ZoneCandidate asked = co_await ask(peer);
      known_.insert_or_assign(peer, Known{std::move(asked), now});
    }
    zones.push_back(known_.at(peer).candidate);
  }
  co_return zones;
}

Task<Status> WorkloadZones::put_here(ReplicaRequest replica) {
  if (tables_.instances.get(id_of(replica.instance.metadata))) co_return Status();
  const auto put = co_await frontends_.instances.put(std::move(replica.instance), std::nullopt);
  if (!put) co_return fail(put.error());
  co_return Status();
}

Task<Status> WorkloadZones::put(std::string zone, ReplicaRequest replica) {
  if (zone == config_.name) co_return co_await put_here(std::move(replica));
  HANSE_CO_TRY(const auto client, clients_.get(zone));
  const ResourceId id = id_of(replica.instance.metadata);
  const auto there = co_await client->call("GET", instance_path(id));
  if (there) co_return Status();
  if (there.error().code != Code::not_found) co_return fail(there.error());
  const std::string sku =
      fmt::format("/providers/seca.compute/v1/tenants/{}/skus/{}", id.tenant, replica.sku.metadata.name);
  HANSE_CO_CHECK(accept_existing(co_await client->call("PUT", sku, body_of(replica.sku))));
  if (replica.image) {
    replica.image->annotations["hanse/origin"] = config_.name;
    const std::string image = fmt::format("/providers/seca.storage/v1/tenants/{}/images/{}", id.tenant,
                                          replica.image->metadata.name);
    HANSE_CO_CHECK(accept_existing(co_await client->call("PUT", image, body_of(*replica.image))));
  }
  const auto made = co_await client->call("PUT", instance_path(id), body_of(replica.instance));
  if (!made) co_return fail(made.error());
  co_return Status();
}

Task<Result<model::Instance>> WorkloadZones::get(std::string zone, ResourceId id) {
  if (zone == config_.name) {
    HANSE_CO_TRY(const auto instance, tables_.instances.get(id));
    co_return *instance;
  }
  HANSE_CO_TRY(const auto client, clients_.get(zone));
  HANSE_CO_TRY(const json::Value answer, co_await client->call("GET", instance_path(id)));
  co_return json::from_json<model::Instance>(answer);
}

Task<Status> WorkloadZones::remove(std::string zone, ResourceId id) {
  if (zone == config_.name) {
    const auto deleted = co_await frontends_.instances.request_deletion(id);
    if (!deleted) co_return fail(deleted.error());
    co_return Status();
  }
  HANSE_CO_TRY(const auto client, clients_.get(zone));
  const auto deleted = co_await client->call("DELETE", instance_path(id));
  if (!deleted) co_return fail(deleted.error());
  co_return Status();
}

}  // namespace hanse::zone
