#include "zone/transfers/remote_zones.h"

#include <boost/json.hpp>

namespace hanse::zone {

using migration::IncomingView;

Task<Result<IncomingView>> RemoteTarget::post(std::string path, json::Value body) {
  HANSE_CO_TRY(const auto client, clients_.get(zone_));
  HANSE_CO_TRY(const json::Value answer, co_await client->call("POST", std::move(path), std::move(body)));
  co_return json::from_json<IncomingView>(answer);
}

Task<Result<IncomingView>> RemoteTarget::prepare() {
  HANSE_CO_TRY(const IncomingRequest request, request_());
  co_return co_await post("/providers/hanse.migration/v1/incoming", to_json(request));
}

Task<Result<IncomingView>> RemoteTarget::wait(IncomingView seen) {
  return post(path() + "/wait", to_json(seen));
}

// The grant that is signed has the epoch.
Task<Result<IncomingView>> RemoteTarget::grant(Epoch /*epoch*/, bool memory_lost) {
  HANSE_CO_TRY(model::TransferGrant grant, grant_());
  GrantRequest request{.grant = std::move(grant)};
  if (memory_lost) request.memory_lost = true;
  co_return co_await post(path() + "/grant", to_json(request));
}

Task<Status> RemoteTarget::abort() {
  HANSE_CO_TRY(const auto client, clients_.get(zone_));
  const auto aborted = co_await client->call("DELETE", path());
  if (!aborted) co_return fail(aborted.error());
  co_return Status();
}

Task<Result<migration::OutcomeView>> RemoteSource::outcome() {
  HANSE_CO_TRY(const auto client, clients_.get(zone_));
  HANSE_CO_TRY(const json::Value answer,
               co_await client->call("GET", "/providers/hanse.migration/v1/outcomes/" + transfer_));
  co_return json::from_json<migration::OutcomeView>(answer);
}

}  // namespace hanse::zone
