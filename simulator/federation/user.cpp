#include "simulator/federation/user.h"

#include <algorithm>
#include <boost/json.hpp>
#include <stdexcept>
#include <utility>

#include "api/messages.h"
#include "model/storage.h"
#include "runtime/sleep.h"
#include "simulator/federation/site.h"

namespace hanse::simulator {
namespace {

constexpr char kSkuPath[] = "/providers/seca.compute/v1/tenants/default/skus/small";
constexpr char kInstancesPath[] = "/providers/seca.compute/v1/tenants/default/workspaces/default/instances/";
constexpr char kInstancePath[] =
    "/providers/seca.compute/v1/tenants/default/workspaces/default/instances/web";
constexpr char kTransfersPath[] =
    "/providers/hanse.migration/v1/tenants/default/workspaces/default/transfers";
constexpr std::size_t kMaxCopies = 3;
constexpr Nanos kUserRetry = Seconds{1};

// Each zone has two: "host-a1" and "host-a2".
std::string other_host(std::string host) {
  host.back() = host.back() == '1' ? '2' : '1';
  return host;
}

template <class Spec>
json::Value with_spec(const Spec& spec) {
  return json::Object{{"spec", to_json(spec)}};
}

}  // namespace

User::User(ProcessContext context, std::vector<std::string> zones, Nanos between_acts)
    : runtime_(context.runtime),
      log_(context.runtime.log, "user"),
      zones_(std::move(zones)),
      between_acts_(between_acts),
      last_owner_(zones_.front()) {
  for (const std::string& zone : zones_) {
    http::ClientOptions options{.endpoint = {.host = zone, .port = kZonePort},
                                .tls = TlsOptions{.trusted_ca_pem = zone_ca_pem(zone)},
                                .bearer_token = kAdminToken};
    clients_.emplace(zone, std::make_unique<http::Client>(runtime_, std::move(options)));
  }
  if (!scope_.spawn(live())) throw std::runtime_error("the user cannot act");
}

Task<void> User::live() {
  for (Status made = co_await deploy(); !made; made = co_await deploy())
    co_await sleep_for(runtime_.scheduler, kUserRetry);
  deployed_ = true;
  log_.info("the instance runs");
  while (!winding_up_) {
    co_await act();
    co_await pause(between_acts_);
  }
  while (!co_await finished()) co_await sleep_for(runtime_.scheduler, kUserRetry);
  done_ = true;
  log_.info("the user is content");
}

Task<Status> User::deploy() {
  const std::string& zone = zones_.front();
  const model::InstanceSkuSpec sku{.vcpu = {1}, .memory_mib = {192}};
  HANSE_CO_CHECK(co_await call(zone, "PUT", kSkuPath, with_spec(sku)));
  const model::ImageSpec image{.blobs = {image_blob()}, .virtual_size_mib = {32}};
  HANSE_CO_CHECK(co_await call(zone, "PUT", kImagePath, with_spec(image)));
  model::InstanceSpec instance{.sku_ref = "skus/small"};
  instance.boot_volume.source_image_ref = kImageRef;
  HANSE_CO_CHECK(co_await call(zone, "PUT", kInstancePath, with_spec(instance)));
  const std::optional<Owned> owned = co_await find();
  if (!owned || owned->instance.status.power_state != model::PowerState::running)
    co_return fail(Code::unavailable, "the instance does not run yet");
  uid_ = owned->instance.metadata.uid;
  co_return Status();
}

Task<void> User::act() {
  const std::optional<Owned> owned = co_await find();
  if (!owned) co_return;
  if (const Status done = co_await act_on(*owned); !done)
    log_.info("zone '{}' answers: {}", owned->zone, done.error().message);
}

Task<Status> User::act_on(Owned owned) {
  const std::uint64_t choice = draw(100);
  const std::string& transfer = owned.instance.status.transfer;
  if (!transfer.empty()) co_return co_await act_on_transfer(owned.zone, transfer, choice);
  if (owned.instance.spec.power == model::Power::stopped)
    co_return co_await act_on_stopped(std::move(owned), choice);
  constexpr std::uint64_t kRestarts = 6;
  constexpr std::uint64_t kStops = 14;
  constexpr std::uint64_t kCopies = 24;
  const char* action = choice < kRestarts ? "/restart" : choice < kStops ? "/stop" : nullptr;
  if (choice >= kStops && choice < kCopies) co_return co_await copy(std::move(owned));
  if (action == nullptr) co_return co_await move(std::move(owned));
  HANSE_CO_CHECK(co_await call(owned.zone, "POST", std::string(kInstancePath) + action));
  co_return Status();
}

Task<Status> User::act_on_stopped(Owned owned, std::uint64_t choice) {
  constexpr std::uint64_t kStarts = 40;
  constexpr std::uint64_t kCopies = 55;
  if (choice < kStarts) {
    HANSE_CO_CHECK(co_await call(owned.zone, "POST", std::string(kInstancePath) + "/start"));
    co_return Status();
  }
  if (choice < kCopies) co_return co_await copy(std::move(owned));
  co_return co_await move(std::move(owned));
}

Task<Status> User::act_on_transfer(std::string zone, std::string transfer, std::uint64_t choice) {
  constexpr std::uint64_t kCancels = 7;
  constexpr std::uint64_t kPauses = 15;
  constexpr std::uint64_t kLimits = 23;
  const std::string path = fmt::format("{}/{}", kTransfersPath, transfer);
  if (choice < kCancels) {
    HANSE_CO_CHECK(co_await call(zone, "POST", path + "/cancel"));
  } else if (choice < kLimits) {
    model::TransferLimitsChange change;
    if (choice < kPauses) change.paused = draw(2) == 0;
    if (choice >= kPauses) change.max_rate = BytesPerSecond{draw(2) == 0 ? 0 : 2'000'000};
    HANSE_CO_CHECK(co_await call(zone, "POST", path + "/limits", to_json(change)));
  }
  co_return Status();
}

Task<Status> User::move(Owned owned) {
  std::vector<std::string> others = zones_;
  std::erase(others, owned.zone);
  model::TransferSpec spec{.instance = kInstanceName};
  constexpr std::uint64_t kWarm = 20;  // of the moves: the guest is shut down and boots there
  constexpr std::uint64_t kDeadlines = 15;
  if (owned.instance.spec.power == model::Power::stopped)
    spec.mode = model::TransferMode::cold;
  else if (draw(100) < kWarm)
    spec.mode = model::TransferMode::warm;
  constexpr std::uint64_t kPostCopies =
      40;  // of those that are not warm, so slow that memory does not converge
  if (spec.mode == model::TransferMode::automatic && draw(100) < kPostCopies) {
    spec.streams.post_copy = true;
    spec.limits.max_rate = BytesPerSecond{8'000'000};
  }
  if (draw(100) < kDeadlines) spec.deadline_seconds = static_cast<std::int64_t>(5 + draw(60));
  constexpr std::uint64_t kWithinZone = 45;
  if (draw(100) < kWithinZone)
    spec.host = other_host(owned.instance.status.host);
  else
    spec.target_zone = others.at(draw(others.size()));
  co_return co_await begin_transfer(owned.zone, std::move(spec));
}

// Another instance with its disks, in another zone. When there are enough, one that there is goes instead.
Task<Status> User::copy(Owned owned) {
  if (copies_.size() >= kMaxCopies) co_return co_await delete_copy();
  std::vector<std::string> others = zones_;
  std::erase(others, owned.zone);
  const std::string name = fmt::format("copy-{}", ++last_copy_);
  const std::string zone = others.at(draw(others.size()));
  copies_.emplace(name, zone);
  co_return co_await begin_transfer(owned.zone,
                                    {.instance = kInstanceName, .target_zone = zone, .copy = name});
}

Task<Status> User::delete_copy() {
  const auto [name, zone] = *std::next(copies_.begin(), static_cast<std::ptrdiff_t>(draw(copies_.size())));
  const auto gone = co_await call(zone, "DELETE", kInstancesPath + name);
  if (!gone && gone.error().code != Code::not_found) co_return fail(gone.error());
  copies_.erase(name);
  co_return Status();
}

Task<Status> User::begin_transfer(std::string zone, model::TransferSpec spec) {
  constexpr std::array kPaths = {model::StreamPath::automatic, model::StreamPath::direct,
                                 model::StreamPath::relayed};
  spec.path = kPaths.at(draw(kPaths.size()));
  const api::TransferDraft draft{.spec = std::move(spec)};
  HANSE_CO_CHECK(co_await call(zone, "POST", kTransfersPath, to_json(draft)));
  co_return Status();
}

// The instance has an owner, who wants it to run, and it is not under way.
Task<bool> User::finished() {
  const std::optional<Owned> owned = co_await find();
  if (!owned) co_return false;
  if (const std::string& transfer = owned->instance.status.transfer; !transfer.empty()) {
    // One that is paused would never end.
    const std::string path = fmt::format("{}/{}/limits", kTransfersPath, transfer);
    (void)co_await call(owned->zone, "POST", path, to_json(model::TransferLimitsChange{.paused = false}));
    co_return false;
  }
  if (owned->instance.spec.power == model::Power::running) co_return true;
  const auto started = co_await call(owned->zone, "POST", std::string(kInstancePath) + "/start");
  co_return started.has_value();
}

// The zone whose instance it is, if one says so; asked first is the one that was it last.
Task<std::optional<User::Owned>> User::find() {
  std::vector<std::string> zones = zones_;
  std::ranges::rotate(zones, std::ranges::find(zones, last_owner_));
  for (const std::string& zone : zones) {
    const auto answer = co_await call(zone, "GET", kInstancePath);
    if (!answer) continue;
    const auto instance = json::from_json<model::Instance>(*answer);
    if (!instance || !instance->status.moved_to.empty() || instance->status.incoming) continue;
    last_owner_ = zone;
    co_return Owned{zone, *instance};
  }
  co_return std::nullopt;
}

Task<Result<json::Value>> User::call(std::string zone, std::string method, std::string path,
                                     std::optional<json::Value> body) {
  return clients_.at(zone)->call_json(std::move(method), std::move(path), std::move(body));
}

Task<void> User::pause(Nanos longest) {
  const auto nanos = draw(static_cast<std::uint64_t>(longest.count()));
  co_await sleep_for(runtime_.scheduler, Nanos(static_cast<std::int64_t>(nanos)));
}

}  // namespace hanse::simulator
