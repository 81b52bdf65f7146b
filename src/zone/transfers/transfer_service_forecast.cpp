// TransferService before a move: what stands against it, at this zone and at the other. Nothing is kept.

#include <boost/json.hpp>

#include "zone/transfers/incoming.h"
#include "zone/transfers/transfer_service.h"

namespace hanse::zone {
namespace {

constexpr char kForecasts[] = "/providers/hanse.migration/v1/forecasts";

void note(model::TransferForecast& forecast, const std::string& zone, const Status& checked) {
  if (!checked) forecast.obstacles.push_back({zone, checked.error().message});
}

}  // namespace

Task<Result<model::TransferForecast>> TransferService::forecast(ResourceId scope, model::TransferSpec spec) {
  forget_ended();
  HANSE_CO_TRY(spec, complete(std::move(spec)));
  const ResourceId id{scope.tenant, scope.workspace, spec.instance};
  HANSE_CO_TRY(const auto instance, services_.records.tables.instances.get(id));
  const model::Transfer transfer = new_transfer(scope, spec, *instance);
  model::TransferForecast forecast;
  const Status possible = check_create(*instance, spec);
  note(forecast, services_.zone, possible);
  // Of one that is elsewhere or goes there already no host here knows.
  if (!instance->status.moved_to.empty()) co_return forecast;
  note(forecast, services_.zone, check_plan_now(services_, transfer, instance->status.host));
  // The other zone would learn of an instance that it may not be given.
  if (!possible) co_return forecast;
  if (spec.host) {
    const HeldRoom room(capacity_, forecast_name(instance->metadata.uid));
    note(forecast, services_.zone, hold_room(room, *instance, *spec.host));
    co_return forecast;
  }
  const auto there = co_await forecast_there(transfer);
  if (!there) {
    forecast.obstacles.push_back({spec.target_zone, there.error().message});
    co_return forecast;
  }
  for (const model::TransferObstacle& obstacle : there->obstacles)
    forecast.obstacles.push_back({spec.target_zone, obstacle.reason});
  co_return forecast;
}

Task<Result<model::TransferForecast>> TransferService::forecast_there(model::Transfer transfer) {
  HANSE_CO_TRY(const IncomingRequest request, incoming_request(services_.records, transfer, ""));
  HANSE_CO_TRY(const auto client, services_.clients.get(transfer.spec.target_zone));
  HANSE_CO_TRY(const json::Value answer, co_await client->call("POST", kForecasts, to_json(request)));
  co_return json::from_json<model::TransferForecast>(answer);
}

Result<model::TransferForecast> TransferService::forecast_incoming(const std::string& peer,
                                                                   const IncomingRequest& request) {
  const Status good = check_incoming(peer, request);
  if (!good && good.error().code == Code::invalid_argument) return fail(good.error());
  model::TransferForecast forecast;
  const std::string& zone = services_.zone;
  note(forecast, zone, good);
  note(forecast, zone,
       admission_.accepts(peer, request.instance.metadata.tenant, request.sku.metadata.name,
                          request.sku.spec));
  if (active_.size() >= kMaxTransfers)
    forecast.obstacles.push_back({zone, fmt::format("{} transfers are under way there", active_.size())});
  model::Instance placeable = request.instance;
  placeable.spec.host.reset();
  const HeldRoom room(capacity_, forecast_name(request.instance.metadata.uid));
  placeable.metadata.uid = room.name();
  const auto host = capacity_.reserve(placeable, host_request(placeable, request.sku));
  if (!host) note(forecast, zone, fail(host.error()));
  const IncomingTerms terms{.peer = peer, .zone = zone, .host = host.value_or("")};
  const auto records = incoming_records(services_.records.tables, request, terms);
  if (!records) note(forecast, zone, fail(records.error()));
  return forecast;
}

}  // namespace hanse::zone
