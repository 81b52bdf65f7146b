// TransferService before a move: what stands against it, at this zone and at the other, and what it would
// take. Nothing is kept.

#include <algorithm>

#include "zone/images/image_weight.h"
#include "zone/transfers/incoming.h"
#include "zone/transfers/transfer_service.h"

namespace hanse::zone {
namespace {

using Obstacles = std::vector<model::TransferObstacle>;

void note_obstacle(Obstacles& obstacles, const std::string& zone, const Status& checked) {
  if (!checked) obstacles.push_back({zone, checked.error().message});
}

}  // namespace

Obstacles TransferService::obstacles_here(const model::Instance& instance, model::Transfer& transfer,
                                          const Status& possible, std::optional<model::Hardware>& hardware) {
  Obstacles obstacles;
  const std::string& zone = services_.zone;
  note_obstacle(obstacles, zone, check_is_here(instance));
  note_obstacle(obstacles, zone, check_now(instance, transfer.spec));
  note_obstacle(obstacles, zone, possible);
  // Of one that is elsewhere or goes there already no host here knows.
  if (!instance.status.moved_to.empty()) return obstacles;
  note_obstacle(obstacles, zone, check_plan_now(services_, transfer, instance.status.host));
  if (!possible || !transfer.spec.host) return obstacles;
  const HeldRoom room(capacity_, forecast_name(instance.metadata.uid));
  auto place = hold_room(room, instance, transfer);
  if (!place) note_obstacle(obstacles, zone, fail(place.error()));
  if (place) hardware = std::move(place->hardware);
  return obstacles;
}

// What the target does not run as it is may boot there, where the user leaves the mode open.
Task<Result<ForecastAnswer>> TransferService::ask_target(model::Transfer& transfer,
                                                         const model::MachineMeasure& measure) {
  auto live = co_await forecaster_.ask_target(transfer, measure);
  const bool is_open = migration::may_turn_warm(transfer.spec.mode, transfer.status.mode);
  if (!live || live->obstacles.empty() || !is_open) co_return live;
  model::Transfer other = transfer;
  migration::apply(
      migration::warm_instead(fmt::format("zone '{}' does not take it live: {}", transfer.spec.target_zone,
                                          live->obstacles.front().reason)),
      other);
  auto warm = co_await forecaster_.ask_target(other, measure);
  if (!warm || !warm->obstacles.empty()) co_return live;
  transfer = std::move(other);
  co_return warm;
}

Task<Result<model::TransferForecast>> TransferService::forecast(ResourceId scope, model::TransferSpec spec) {
  forget_ended();
  HANSE_CO_TRY(spec, complete(std::move(spec)));
  const ResourceId id{scope.tenant, scope.workspace, spec.instance};
  HANSE_CO_TRY(const auto instance, services_.records.tables.instances.get(id));
  model::Transfer transfer = new_transfer(scope, spec, *instance);
  const Status possible = check_wish(*instance, spec);
  model::TransferForecast forecast;
  forecast.obstacles = obstacles_here(*instance, transfer, possible, forecast.hardware);
  // The other zone would learn of an instance that it may not be given, or is not here.
  if (!possible || !check_is_here(*instance)) co_return forecast;
  model::MachineMeasure measure;
  if (forecast.obstacles.empty()) {
    auto measured =
        co_await forecaster_.measure(instance->status.host, instance->metadata.uid, kPatientWatch);
    if (measured) measure = std::move(*measured);
    if (!measured) forecast.unknown = measured.error().message;
    if (spec.host) {
      const HeldRoom room(capacity_, forecast_name(instance->metadata.uid));
      const auto place = hold_room(room, *instance, transfer, measure.disk_bytes);
      if (!place) note_obstacle(forecast.obstacles, services_.zone, fail(place.error()));
    }
  }
  auto there = co_await ask_target(transfer, measure);
  forecast.mode = transfer.status.mode;
  forecast.mode_reason = transfer.status.mode_reason;
  if (!there) {
    if (!spec.host) forecast.obstacles.push_back({spec.target_zone, there.error().message});
    if (spec.host) forecast.unknown = there.error().message;
    co_return forecast;
  }
  if (there->hardware) forecast.hardware = there->hardware;
  for (const model::TransferObstacle& obstacle : there->obstacles)
    forecast.obstacles.push_back({spec.target_zone, obstacle.reason});
  if (!forecast.obstacles.empty() || !forecast.unknown.empty()) co_return forecast;
  HANSE_CO_TRY(forecast.figures,
               co_await forecaster_.reckon(transfer, std::move(measure), std::move(*there)));
  co_return forecast;
}

Obstacles TransferService::obstacles_of(const std::string& peer, const IncomingRequest& request,
                                        Bytes content, Arrivals::Place& place) {
  Obstacles obstacles;
  const std::string& zone = services_.zone;
  note_obstacle(obstacles, zone, check_incoming(peer, request));
  note_obstacle(obstacles, zone,
                admission_.accepts(peer, request.instance.metadata.tenant, request.sku.metadata.name,
                                   request.sku.spec));
  if (active_.size() >= kMaxTransfers)
    obstacles.push_back({zone, fmt::format("{} transfers are under way there", active_.size())});
  model::Instance placeable = request.instance;
  placeable.spec.host.reset();
  const HeldRoom room(capacity_, forecast_name(request.instance.metadata.uid));
  placeable.metadata.uid = room.name();
  auto chosen = arrivals_.reserve(placeable, request.sku, request.mode, content);
  if (!chosen) note_obstacle(obstacles, zone, fail(chosen.error()));
  if (chosen) {
    place = std::move(*chosen);
    note_obstacle(obstacles, zone, check_target_inventory(place.host, request.mode, request.streams));
  }
  const IncomingTerms terms{.peer = peer, .zone = zone, .host = place.host};
  const auto records = incoming_records(services_.records.tables, request, terms);
  if (!records) note_obstacle(obstacles, zone, fail(records.error()));
  return obstacles;
}

Task<Result<ForecastAnswer>> TransferService::forecast_incoming(std::string peer, ForecastRequest request) {
  const IncomingRequest& incoming = request.incoming;
  if (request.digests.size() > model::kMaxChunkSamples)
    co_return fail_field("/digests", "at most {} chunks can be asked for", model::kMaxChunkSamples);
  const Status good = check_incoming(peer, incoming);
  if (!good && good.error().code == Code::invalid_argument) co_return fail(good.error());
  ForecastAnswer answer;
  if (good) {
    HANSE_CO_TRY(answer.image_bytes, co_await missing_bytes(services_.blobs, incoming.images));
  }
  Arrivals::Place place;
  if (const auto active = find_incoming(peer, incoming.transfer)) {
    place.host = (*active)->host();
  } else {
    const Bytes content = request.disk_bytes.value_or(Bytes()) + answer.image_bytes;
    answer.obstacles = obstacles_of(peer, incoming, content, place);
    answer.hardware = place.hardware;
  }
  if (!answer.obstacles.empty() || place.host.empty()) co_return answer;
  // Without the host's word all of it has to be sent.
  auto found = co_await forecaster_.find_chunks(place.host, std::move(request.digests));
  if (found) answer.digests = std::move(*found);
  co_return answer;
}

}  // namespace hanse::zone
