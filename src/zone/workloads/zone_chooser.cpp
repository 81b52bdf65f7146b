#include "zone/workloads/zone_chooser.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace hanse::zone {
namespace {

// No workload has this name: nothing runs with it, and nothing in spite of it.
constexpr char kNowhere[] = "";

std::vector<placement::ZoneReplicas> replicas_of(const ZoneChooser::Question& question) {
  std::vector<placement::ZoneReplicas> all;
  for (const auto& [zone, count] : replicas_by_zone(question.replicas, question.index))
    all.push_back({.zone = zone, .replicas = count});
  for (const auto& [zone, count] : question.promised) all.push_back({.zone = zone, .promised = count});
  // One entry for each zone.
  std::ranges::sort(all, {}, &placement::ZoneReplicas::zone);
  std::vector<placement::ZoneReplicas> joined;
  for (placement::ZoneReplicas& one : all) {
    if (joined.empty() || joined.back().zone != one.zone) {
      joined.push_back(std::move(one));
      continue;
    }
    joined.back().replicas += one.replicas;
    joined.back().promised += one.promised;
  }
  return joined;
}

}  // namespace

ZoneChooser::ZoneChooser(Services services) : services_(services) {
  services_.records.on_news([this](const std::string& zone) { changed_.insert(zone); });
}

Result<std::string> ZoneChooser::choose(const Question& question) {
  refresh();
  const std::string flavour = offer_all(question);
  HANSE_CHECK(offer_own(question, flavour));
  HANSE_TRY(const placement::ZoneRequest request, request_of(question.workload));
  std::vector<std::string> passed_over;
  for (const auto& [zone, why] : question.passed_over) passed_over.push_back(zone);
  return index_.choose(request, flavour, replicas_of(question), passed_over).value_or("");
}

Result<placement::Decision> ZoneChooser::decide_with_reasons(const Question& question) const {
  HANSE_TRY(auto zones, services_.candidates.all(question.workload, question.sku));
  count_replicas(question.replicas, question.index, zones);
  for (placement::ZoneCandidate& zone : zones) {
    const auto promised = question.promised.find(zone.name);
    if (promised != question.promised.end()) zone.fits -= promised->second;
  }
  pass_over(question.passed_over, zones);
  return placement::choose_zone({question.workload.spec.placement, question.workload.spec.replicas}, zones);
}

void ZoneChooser::refresh() {
  if (policy_version_ != services_.membership.policy_version()) {
    policy_version_ = services_.membership.policy_version();
    index_.forget_offers();
    flavours_.clear();
  }
  if (peers_version_ != services_.peers.version()) read_all();
  drop_silent();
  if (changed_.empty()) return;
  // This zone's way to another may be what is new of that one.
  changed_.insert(services_.candidates.here());
  for (const std::string& zone : std::exchange(changed_, {})) {
    if (known_.contains(zone)) read(zone);
  }
}

// Which zones there are is another, and with their number the time after which a peer counts as silent.
void ZoneChooser::read_all() {
  peers_version_ = services_.peers.version();
  const std::vector<std::string> names = services_.candidates.names();
  for (const std::string& zone : known_) {
    if (std::find(names.begin(), names.end(), zone) == names.end()) index_.remove(zone);
  }
  known_ = {names.begin(), names.end()};
  changed_ = known_;
  index_.forget_workloads();
  neighbours_.clear();
}

void ZoneChooser::read(const std::string& zone) {
  placement::ZoneCandidate described = services_.candidates.describe(zone);
  if (const auto silent = services_.records.silent_from(zone); described.reachable && silent) {
    heard_.insert(zone);
    silence_ = std::min(silence_.value_or(*silent), *silent);
  } else {
    heard_.erase(zone);
  }
  index_.put(std::move(described));
  if (services_.candidates.is_here(zone)) return;
  for (const auto& [name, flavour] : flavours_) offer(zone, name, flavour);
}

// A peer that says nothing is no news. Who was heard of meanwhile is silent later than the index knows: then
// the next moment is looked for.
void ZoneChooser::drop_silent() {
  const MonotonicTime now = services_.runtime.clock.now();
  if (!silence_ || now <= *silence_) return;
  silence_.reset();
  for (const std::string& zone : heard_) {
    const auto silent = services_.records.silent_from(zone);
    if (!silent || now > *silent) {
      changed_.insert(zone);
    } else {
      silence_ = std::min(silence_.value_or(*silent), *silent);
    }
  }
}

void ZoneChooser::offer(const std::string& zone, const std::string& name, const Flavour& flavour) {
  const auto offered = services_.candidates.offered_by_peer(zone, flavour.tenant, flavour.sku);
  // What the policies forbid is not there. The index knows the zone, and kMaxOffers is below its limit.
  (void)index_.offer(zone, name,
                     {.price = offered.price, .fits = offered.refusal.empty() ? offered.fits : 0});
}

std::string ZoneChooser::offer_all(const Question& question) {
  const model::InstanceSkuSpec& spec = question.sku.spec;
  const std::string& tenant = question.workload.metadata.tenant;
  std::string name =
      fmt::format("{}/{}/{}/{}", tenant, spec.architecture, spec.vcpu.value, spec.memory_mib.value);
  if (flavours_.contains(name)) return name;
  if (flavours_.size() >= kMaxOffers) {
    index_.forget_offers();
    flavours_.clear();
  }
  const Flavour& flavour = flavours_.emplace(name, Flavour{tenant, question.sku}).first->second;
  for (const std::string& zone : services_.peers.names()) offer(zone, name, flavour);
  return name;
}

Status ZoneChooser::offer_own(const Question& question, const std::string& flavour) {
  HANSE_TRY(const auto own, services_.candidates.offered_here(question.workload, question.sku));
  return index_.offer(services_.candidates.here(), flavour, {.price = own.price, .fits = own.fits});
}

Result<placement::ZoneRequest> ZoneChooser::request_of(const model::Workload& workload) {
  placement::ZoneRequest request{.policy = workload.spec.placement, .replicas = workload.spec.replicas};
  for (auto* const names : {&request.policy.affinity, &request.policy.anti_affinity}) {
    for (std::string& name : *names) {
      HANSE_TRY(name, tell_neighbour(workload, name));
    }
  }
  return request;
}

Result<std::string> ZoneChooser::tell_neighbour(const model::Workload& workload, const std::string& name) {
  HANSE_TRY(const auto places, services_.candidates.places_of(workload, name));
  if (places.zones.empty()) return std::string(kNowhere);
  std::string full = to_string(ResourceId{workload.metadata.tenant, workload.metadata.workspace, name});
  const auto known = neighbours_.find(full);
  if (known != neighbours_.end() && known->second == places.version) return full;
  if (known == neighbours_.end() && neighbours_.size() >= kMaxNeighbours) {
    index_.forget_workloads();
    neighbours_.clear();
  }
  index_.set_workload(full, places.zones);
  neighbours_.insert_or_assign(full, places.version);
  return full;
}

void ZoneChooser::learn_price(const std::string& zone, const model::InstanceSku& sku,
                              MicroEuroPerHour price) {
  services_.candidates.learn_price(zone, sku, price);
  changed_.insert(zone);
}

}  // namespace hanse::zone
