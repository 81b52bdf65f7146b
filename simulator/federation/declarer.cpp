#include "simulator/federation/declarer.h"

#include <boost/json.hpp>
#include <stdexcept>
#include <utility>

#include "model/storage.h"
#include "runtime/sleep.h"
#include "simulator/federation/placement_sites.h"
#include "simulator/federation/site.h"

namespace hanse::simulator {
namespace {

constexpr char kSkus[] = "/providers/seca.compute/v1/tenants/default/skus/";
constexpr char kInstances[] = "/providers/seca.compute/v1/tenants/default/workspaces/default/instances/";
constexpr char kWorkloads[] = "/providers/hanse.workload/v1/tenants/default/workspaces/default/workloads/";
constexpr char kNumber[] = "number";
constexpr std::uint64_t kDeleted = 0;
constexpr int kFillers = 3;  // of the four that a host takes
constexpr Nanos kBetweenDeclarations = Seconds{4};
// Of some: long enough for what is enforced for ever to be enforced.
constexpr Nanos kBetweenRareDeclarations = Seconds{60};
constexpr Nanos kRetry = Seconds{1};

model::InstanceSpec instance_spec() {
  model::InstanceSpec instance{.sku_ref = std::string("skus/") + kFlavour};
  instance.boot_volume.source_image_ref = kImageRef;
  return instance;
}

template <class Spec>
json::Value as_body(const Spec& spec) {
  return json::Object{{"spec", to_json(spec)}};
}

// It may have been done, or may still be done.
bool is_open(const Error& error) {
  return error.code == Code::unavailable || error.code == Code::deadline_exceeded ||
         error.code == Code::internal || error.code == Code::unknown || error.code == Code::cancelled;
}

std::uint64_t number_of(const model::Workload& workload) {
  const auto found = workload.annotations.find(kNumber);
  return found == workload.annotations.end() ? kDeleted : std::stoull(found->second);
}

}  // namespace

Declarer::Declarer(ProcessContext context, std::vector<std::string> zones, std::string full_zone)
    : runtime_(context.runtime),
      log_(context.runtime.log, "declarer"),
      zones_(std::move(zones)),
      full_zone_(std::move(full_zone)),
      names_({{zones_[0], "web"}, {zones_[0], "cache"}, {zones_[1], "mail"}}),
      follows_(draw(2) == 0),
      longest_pause_(draw(3) == 0 ? kBetweenRareDeclarations : kBetweenDeclarations) {
  for (const std::string& zone : zones_) {
    http::ClientOptions options{.endpoint = {.host = zone, .port = kZonePort},
                                .tls = TlsOptions{.trusted_ca_pem = zone_ca_pem(zone)},
                                .bearer_token = kAdminToken};
    clients_.emplace(zone, std::make_unique<http::Client>(runtime_, std::move(options)));
  }
  for (const Name& name : names_) known_[name] = {};
  if (!scope_.spawn(live())) throw std::runtime_error("the declarer cannot act");
}

Task<void> Declarer::live() {
  while (!co_await prepare()) co_await sleep_for(runtime_.scheduler, kRetry);
  begun_ = true;
  while (!winding_up_) {
    co_await act();
    const auto nanos = draw(static_cast<std::uint64_t>(longest_pause_.count()));
    co_await sleep_for(runtime_.scheduler, Nanos(static_cast<std::int64_t>(nanos)));
  }
  done_ = true;
}

Task<Status> Declarer::prepare() {
  const model::InstanceSkuSpec sku{.vcpu = {kFlavourVcpu}, .memory_mib = {kFlavourMemoryMib}};
  const model::ImageSpec image{.blobs = {image_blob()}, .virtual_size_mib = {32}};
  for (const std::string& zone : zones_) {
    HANSE_CO_CHECK(co_await call(zone, "PUT", std::string(kSkus) + kFlavour, as_body(sku)));
    HANSE_CO_CHECK(co_await call(zone, "PUT", kImagePath, as_body(image)));
  }
  for (int i = 0; i < kFillers && !full_zone_.empty(); ++i) {
    HANSE_CO_CHECK(co_await call(full_zone_, "PUT", fmt::format("{}filler-{}", kInstances, i),
                                 as_body(instance_spec())));
  }
  co_return Status();
}

Task<void> Declarer::act() {
  const Name name = names_.at(draw(names_.size()));
  co_await read(name);
  constexpr std::uint64_t kRemoves = 20;
  if (draw(100) < kRemoves) {
    co_await remove(name);
  } else {
    co_await declare(name, draw_spec(name));
  }
}

// Few constraints at a time, or nothing would satisfy all.
model::WorkloadSpec Declarer::draw_spec(const Name& name) {
  model::WorkloadSpec spec{.replicas = 1 + static_cast<std::int32_t>(draw(4))};
  spec.instance.spec = instance_spec();
  constexpr std::uint64_t kOtherTemplate = 25;
  if (draw(100) < kOtherTemplate) spec.instance.labels["release"] = std::to_string(draw(2));
  for (std::uint64_t left = draw(3); left > 0; --left) draw_constraint(spec.placement, name);
  constexpr std::uint64_t kContinuous = 35;
  if (draw(100) < kContinuous) spec.placement.enforce = model::Enforce::continuous;
  constexpr std::uint64_t kRestarts = 50;
  if (draw(100) < kRestarts) spec.placement.failover = model::Failover::restart;
  constexpr std::uint64_t kStopped = 10;
  if (draw(100) < kStopped) spec.instance.spec.power = model::Power::stopped;
  if (spec.placement.per_zone) {
    spec.placement.spread = model::Spread::none;
    spec.replicas = 1 + static_cast<std::int32_t>(draw(5) == 0 ? 1 : 0);
  }
  return spec;
}

void Declarer::draw_constraint(model::PlacementPolicy& policy, const Name& name) {
  constexpr std::array kSpreads = {model::Spread::zone, model::Spread::host, model::Spread::provider,
                                   model::Spread::member_state};
  switch (draw(13)) {
    case 0:
    case 1:
      policy.spread = kSpreads.at(draw(kSpreads.size()));
      break;
    case 2:
      policy.per_zone = true;
      break;
    case 3:
      policy.member_states =
          draw(2) == 0 ? std::vector<std::string>{"EU"} : std::vector<std::string>{"FI", "NO"};
      break;
    case 4:
      policy.max_euro_per_hour = 0.2 + 0.2 * static_cast<double>(draw(3));
      break;
    case 5:
      draw_neighbour(policy, name);
      break;
    case 6:
      policy.max_grams_co2_per_kwh = GramsPerKwh{250};
      break;
    case 7:
      policy.certifications = {"iso27001"};
      break;
    case 8:
      policy.providers = {fmt::format("provider-{}", 1 + draw(2))};
      break;
    case 9:
      policy.architecture = draw(3) == 0 ? "x86_64" : "aarch64";
      break;
    case 10:
      draw_latency(policy);
      break;
    case 11:
      draw_weights(policy);
      break;
    default:
      policy.zones = {zones_.at(draw(zones_.size())), zones_.at(draw(zones_.size()))};
  }
}

// In one federation workloads flee each other, in another one follows the other: both at once would chase
// each other for ever.
void Declarer::draw_neighbour(model::PlacementPolicy& policy, const Name& name) {
  if (name.home != names_.front().home) return;
  if (!follows_) {
    policy.anti_affinity = {name.workload == "web" ? "cache" : "web"};
  } else if (name.workload == "cache") {
    policy.affinity = {"web"};
  }
}

// The bounds lie well between the distances of the cities, and below or above all that is measured.
void Declarer::draw_latency(model::PlacementPolicy& policy) {
  constexpr std::array kCityBounds = {5, 25, 45};
  constexpr std::array kZoneBounds = {10, 1000};
  model::LatencyTarget target;
  if (draw(2) == 0) {
    target = {.to = zones_.at(draw(zones_.size())), .below_ms = kZoneBounds.at(draw(kZoneBounds.size()))};
  } else {
    target = {.to = draw_city(runtime_.random), .below_ms = kCityBounds.at(draw(kCityBounds.size()))};
  }
  // Without a bound the place only counts in the score.
  if (draw(4) == 0) target.below_ms.reset();
  policy.weights.latency = static_cast<std::int32_t>(draw(2)) * 50;
  policy.latency.push_back(std::move(target));
}

void Declarer::draw_weights(model::PlacementPolicy& policy) {
  for (std::int32_t* weight :
       {&policy.weights.price, &policy.weights.carbon, &policy.weights.packing, &policy.weights.spread})
    *weight = static_cast<std::int32_t>(draw(3)) * 50;
}

Task<void> Declarer::declare(Name name, model::WorkloadSpec spec) {
  const std::uint64_t number = ++last_number_;
  declared_[number] = spec;
  known_[name].possible.insert(number);
  json::Value body = as_body(spec);
  body.as_object()["annotations"] = json::Object{{kNumber, std::to_string(number)}};
  note_answer(name, number, co_await call(name.home, "PUT", kWorkloads + name.workload, std::move(body)));
}

Task<void> Declarer::remove(Name name) {
  known_[name].possible.insert(kDeleted);
  note_answer(name, kDeleted, co_await call(name.home, "DELETE", kWorkloads + name.workload));
}

// What was not answered may come at any later time; only a clear answer ends that.
void Declarer::note_answer(const Name& name, std::uint64_t number, const Result<json::Value>& answer) {
  Known& known = known_[name];
  if (!answer) {
    if (!is_open(answer.error())) known.possible.erase(known.possible.find(number));
    // The client asks again when a connection is lost, so this may be the second answer to one deletion.
    if (number == kDeleted && answer.error().code == Code::not_found) known.acknowledged = kDeleted;
    log_.info("'{}' in '{}': {}", name.workload, name.home, answer.error().message);
    return;
  }
  known.possible.erase(known.possible.find(number));
  known.acknowledged = number;
  ++acknowledged_;
}

Task<void> Declarer::read(Name name) {
  const auto answer = co_await call(name.home, "GET", kWorkloads + name.workload);
  if (!answer && answer.error().code != Code::not_found) co_return;
  std::optional<model::Workload> found;
  if (answer) {
    auto workload = json::from_json<model::Workload>(*answer);
    if (workload) found = std::move(*workload);
  }
  if (auto wrong = check(name.home, name.workload, found ? &*found : nullptr)) contradiction_ = wrong;
}

std::optional<std::string> Declarer::check(const std::string& home, const std::string& name,
                                           const model::Workload* found) const {
  const Known& known = known_.at({home, name});
  const bool there = found != nullptr && !found->metadata.deleted_at;
  const std::uint64_t number = there ? number_of(*found) : kDeleted;
  if (number != known.acknowledged && !known.possible.contains(number)) {
    return fmt::format("workload '{}' of zone '{}' is declaration {}, and {} was acknowledged last", name,
                       home, number, known.acknowledged);
  }
  if (there && found->spec.replicas != declared_.at(number).replicas)
    return fmt::format("workload '{}' of zone '{}' is not as declaration {} said", name, home, number);
  return std::nullopt;
}

Task<Result<json::Value>> Declarer::call(std::string zone, std::string method, std::string path,
                                         std::optional<json::Value> body) {
  return clients_.at(zone)->call_json(std::move(method), std::move(path), std::move(body));
}

}  // namespace hanse::simulator
