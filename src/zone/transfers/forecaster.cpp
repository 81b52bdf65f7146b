#include "zone/transfers/forecaster.h"

#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <utility>

#include "zone/images/image_weight.h"
#include "zone/transfers/active_transfer.h"

namespace hanse::zone {
namespace {

// The newest of the moves to one place.
constexpr std::size_t kPastMoves = 16;
// From a connection of a gigabit that others use too, to what one computer sends to itself.
constexpr migration::LinkFacts kUnknownLink{
    .low = {10'000'000}, .likely = {100'000'000}, .high = {1'000'000'000}};
constexpr double kProbeWorst = 0.4;
constexpr double kProbeBest = 2.5;

std::vector<std::string> digests_of(const model::MachineMeasure& measure) {
  std::vector<std::string> digests;
  for (const model::ChunkSample& sample : measure.samples) digests.push_back(sample.digest);
  return digests;
}

using Past = std::vector<std::shared_ptr<const model::Transfer>>;  // as the table gives them

// Without limits of its own, so that the link shows, and nothing but the link.
bool tells_of_link(const model::Transfer& past, const model::Transfer& next) {
  return past.status.phase == model::TransferPhase::completed && past.status.report &&
         past.status.role == model::TransferRole::source && past.spec.target_zone == next.spec.target_zone &&
         past.spec.host == next.spec.host && !past.spec.limits.max_rate &&
         past.spec.streams == next.spec.streams && past.spec.path == next.spec.path;
}

model::TransferReport report_of(const model::Transfer& past) {
  return past.status.report.value_or(model::TransferReport());
}

migration::PastMoves times_of(const Past& moves, model::TransferMode mode) {
  migration::PastMoves past;
  for (const auto& move : moves) {
    const model::TransferReport report = report_of(*move);
    if (move->status.mode != mode || report.cuts > 0) continue;
    if (report.blackout_ms) past.blackout_ms.push_back(*report.blackout_ms);
    const double sending =
        report.seed_ms + report.disk_ms + report.memory_ms + report.blackout_ms.value_or(0);
    if (report.image_bytes.value == 0) past.other_ms.push_back(std::max(0.0, report.total_ms - sending));
  }
  return past;
}

// To the same place, the newest first.
Past past_moves(const Tables& tables, const model::Transfer& transfer) {
  const auto all = tables.transfers.all();
  if (!all) return {};
  Past past;
  for (const auto& one : *all) {
    if (tells_of_link(*one, transfer)) past.push_back(one);
  }
  std::sort(past.begin(), past.end(),
            [](const auto& a, const auto& b) { return a->metadata.created_at > b->metadata.created_at; });
  if (past.size() > kPastMoves) past.resize(kPastMoves);
  return past;
}

// A few bytes that nobody looks at, twice: the first brings the connection up to speed.
Task<Result<BytesPerSecond>> probe(Runtime& runtime, PeerClients& clients, std::string zone) {
  HANSE_CO_TRY(const auto client, clients.get(zone));
  Nanos empty{0};
  BytesPerSecond rate;
  for (const std::size_t size : {std::size_t{0}, kProbeBytes, kProbeBytes}) {
    http::Request request{.method = "POST", .target = kProbePath, .body = std::string(size, 'x')};
    const MonotonicTime began = runtime.clock.now();
    HANSE_CO_TRY(const http::Response answer, co_await client->send(std::move(request)));
    const Nanos taken = runtime.clock.now() - began;
    if (answer.status >= 300)
      co_return fail(Code::unavailable, "zone '{}' answers a probe with status {}", zone, answer.status);
    if (size == 0) {
      empty = taken;
      continue;
    }
    const double seconds = std::max(std::chrono::duration<double>(taken - empty).count(), 1e-3);
    rate = BytesPerSecond{static_cast<std::int64_t>(static_cast<double>(size) / seconds)};
  }
  co_return rate;
}

}  // namespace

Task<Result<model::MachineMeasure>> Forecaster::measure(std::string host, std::string uid,
                                                        Millis watch) const {
  HANSE_CO_TRY(model::HostResponse answer,
               co_await services_.hosts.call(std::move(host), {.method = model::HostMethod::measure_machine,
                                                               .uid = std::move(uid),
                                                               .watch_ms = watch.count()}));
  if (!answer.measure)
    co_return fail(Code::unimplemented, "the host measures no machines; bring it up to date");
  if (answer.measure->samples.size() > model::kMaxChunkSamples)
    co_return fail(Code::invalid_argument, "the host has sent too many samples");
  co_return std::move(*answer.measure);
}

Task<Result<std::vector<std::string>>> Forecaster::find_chunks(std::string host,
                                                               std::vector<std::string> digests) const {
  if (digests.empty()) co_return digests;
  HANSE_CO_TRY(model::HostResponse answer,
               co_await services_.hosts.call(std::move(host), {.method = model::HostMethod::find_chunks,
                                                               .digests = std::move(digests)}));
  co_return std::move(answer.digests);
}

Task<Result<ForecastAnswer>> Forecaster::ask_target(model::Transfer transfer,
                                                    model::MachineMeasure measure) const {
  ForecastAnswer answer;
  if (transfer.spec.host) {
    HANSE_CO_TRY(answer.digests, co_await find_chunks(*transfer.spec.host, digests_of(measure)));
    co_return answer;
  }
  ForecastRequest request{.digests = digests_of(measure)};
  if (measure.disk_bytes.value > 0) request.disk_bytes = measure.disk_bytes;
  HANSE_CO_TRY(request.incoming, incoming_request(services_.records, transfer, ""));
  HANSE_CO_TRY(const auto client, services_.clients.get(transfer.spec.target_zone));
  HANSE_CO_TRY(const json::Value said, co_await client->call("POST", kForecastPath, to_json(request)));
  HANSE_CO_TRY(answer, json::from_json<ForecastAnswer>(said));
  co_return answer;
}

Task<migration::LinkFacts> Forecaster::link_to(model::Transfer transfer,
                                               std::vector<model::TransferReport> past) const {
  const std::string zone = transfer.spec.host ? "" : transfer.spec.target_zone;
  migration::LinkFacts link = kUnknownLink;
  if (const auto known = migration::link_of_moves(past)) {
    link = *known;
  } else if (!zone.empty()) {
    if (const auto rate = co_await probe(services_.records.runtime, services_.clients, zone)) {
      const auto measured = static_cast<double>(rate->value);
      link = {.low = {static_cast<std::int64_t>(measured * kProbeWorst)},
              .likely = *rate,
              .high = {static_cast<std::int64_t>(measured * kProbeBest)},
              .basis = model::RateBasis::probe};
    }
  }
  if (!zone.empty()) link.round_trip = services_.round_trip(zone).value_or(Micros{0});
  co_return link;
}

// Without one the forecast has a wide range.
Task<migration::ImageSample> Forecaster::sample_of(model::Transfer transfer) const {
  auto request = incoming_request(services_.records, transfer, "");
  if (!request) co_return migration::ImageSample();
  const auto sample = co_await sample_images(services_.blobs.manifests, std::move(request->images));
  co_return sample ? *sample : migration::ImageSample();
}

Task<Result<model::TransferFigures>> Forecaster::reckon(model::Transfer transfer,
                                                        model::MachineMeasure measure,
                                                        ForecastAnswer there) const {
  const Past past = past_moves(services_.records.tables, transfer);
  migration::MoveFacts facts{.mode = transfer.status.mode,
                             .image = there.image_bytes,
                             .past = times_of(past, transfer.status.mode),
                             .limits = transfer.spec.limits,
                             .streams = transfer.spec.streams,
                             .copy = transfer.spec.copy.has_value()};
  if (facts.image.value > 0) facts.image_sample = co_await sample_of(transfer);
  const ResourceId id{transfer.metadata.tenant, transfer.metadata.workspace, transfer.spec.instance};
  // A copy has none.
  if (const auto instance = services_.records.tables.instances.get(id); instance && !facts.copy)
    facts.snapshots = model::size_of_moving((*instance)->status.snapshots);
  for (const model::ChunkSample& sample : measure.samples) {
    if (std::find(there.digests.begin(), there.digests.end(), sample.digest) != there.digests.end()) {
      ++facts.samples_there;
    } else {
      facts.samples_missing_sent += sample.sent;
    }
  }
  facts.machine = std::move(measure);
  std::vector<model::TransferReport> reports;
  for (const auto& move : past) reports.push_back(report_of(*move));
  facts.link = co_await link_to(std::move(transfer), std::move(reports));
  co_return migration::forecast(facts);
}

Task<Result<model::TransferFigures>> Forecaster::run(model::Transfer transfer, std::string host) const {
  HANSE_CO_TRY(const model::MachineMeasure measured,
               co_await measure(std::move(host), transfer.status.instance_uid, kHastyWatch));
  HANSE_CO_TRY(ForecastAnswer there, co_await ask_target(transfer, measured));
  co_return co_await reckon(std::move(transfer), measured, std::move(there));
}

}  // namespace hanse::zone
