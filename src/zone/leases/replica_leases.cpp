#include "zone/leases/replica_leases.h"

#include <boost/json.hpp>

#include "model/host_messages.h"
#include "model/reservation.h"
#include "runtime/sleep.h"

namespace hanse::zone {

std::string home_of(const std::string& replica) {
  return replica.substr(0, replica.find('/'));
}

std::optional<model::ReplicaClaim> claim_of(const model::Instance& instance) {
  if (instance.spec.failover != model::Failover::restart || instance.status.workload.empty())
    return std::nullopt;
  const auto reservation = instance.annotations.find(model::kReservationAnnotation);
  return model::ReplicaClaim{instance.status.workload,
                             reservation == instance.annotations.end() ? std::string() : reservation->second};
}

Status ReplicaLeases::start() {
  if (!scope_.spawn(renew_all())) return fail(Code::internal, "leases cannot be renewed");
  return {};
}

void ReplicaLeases::drop_gone() {
  std::vector<std::string> keys;
  for (const auto& [key, held] : held_) keys.push_back(key);
  for (const std::string& key : keys) instance_changed(key);
}

void ReplicaLeases::instance_changed(const std::string& key) {
  if (const auto old = held_.find(key); old != held_.end()) {
    keys_.erase(old->second.uid);
    held_.erase(old);
  }
  const auto instance = tables_.instances.get(id_of_key(KindOf<model::Instance>::kTraits, key));
  if (!instance || !(*instance)->status.moved_to.empty()) return;
  const auto claim = claim_of(**instance);
  if (!claim || home_of(claim->replica) == zone_) return;
  const std::string& uid = (*instance)->metadata.uid;
  held_.emplace(key, Held{uid, home_of(claim->replica), *claim});
  keys_.insert_or_assign(uid, key);
  if (!granted_.contains(claim->reservation)) wanted_.notify();
}

bool ReplicaLeases::may_run(const std::string& uid) const {
  const auto key = keys_.find(uid);
  if (key == keys_.end()) return true;  // our own
  const auto granted = granted_.find(held_.at(key->second).claim.reservation);
  if (granted == granted_.end()) return false;
  const MonotonicTime end = granted->second + model::kReplicaLease;
  return runtime_.clock.now() + model::kHostLease + model::kLeaseMargin < end;
}

Task<Status> ReplicaLeases::obtain(model::Instance instance) {
  const auto claim = claim_of(instance);
  if (!claim || home_of(claim->replica) == zone_) co_return Status();
  const std::string home = home_of(claim->replica);
  std::vector<model::ReplicaClaim> claims{*claim};
  const Status asked = co_await ask(home, std::move(claims));
  if (!asked) {
    co_return fail(asked.error().code,
                   "'{}' runs by a lease of zone '{}' (failover: restart), which zone '{}' cannot ask: {}",
                   instance.metadata.name, home, zone_, asked.error().message);
  }
  if (granted_.contains(claim->reservation)) co_return Status();
  co_return fail(Code::failed_precondition, "zone '{}' does not let zone '{}' run '{}': it has given it up",
                 home, zone_, instance.metadata.name);
}

Task<Status> ReplicaLeases::ask(std::string home, std::vector<model::ReplicaClaim> claims) {
  const MonotonicTime asked = runtime_.clock.now();
  std::set<std::string> open;
  for (const model::ReplicaClaim& claim : claims) open.insert(claim.reservation);
  HANSE_CO_TRY(const auto client, clients_.get(home));
  HANSE_CO_TRY(const json::Value answer,
               co_await client->call("POST", model::kReplicaLeasesPath,
                                     to_json(model::ReplicaLeaseRequest{std::move(claims)})));
  HANSE_CO_TRY(const auto lease, json::from_json<model::ReplicaLeaseAnswer>(answer));
  // Nobody grants what was not asked of him; what is not granted is over.
  for (const std::string& reservation : lease.granted)
    if (open.erase(reservation) > 0) granted_.insert_or_assign(reservation, asked);
  for (const std::string& reservation : open) granted_.erase(reservation);
  co_return Status();
}

Task<void> ReplicaLeases::renew(std::string home) {
  std::vector<model::ReplicaClaim> claims;
  for (const auto& [key, held] : held_)
    if (held.home == home) claims.push_back(held.claim);
  for (std::size_t first = 0; first < claims.size(); first += model::kMaxReplicaClaims) {
    const auto begin = claims.begin() + static_cast<std::ptrdiff_t>(first);
    const auto count = std::min(model::kMaxReplicaClaims, claims.size() - first);
    std::vector<model::ReplicaClaim> batch(begin, begin + static_cast<std::ptrdiff_t>(count));
    const Status asked = co_await ask(home, std::move(batch));
    if (asked) continue;
    log_.info("zone '{}' does not renew the leases of {} replicas: {}", home, claims.size(),
              asked.error().message);
    break;
  }
  asked_.erase(home);
}

Task<void> ReplicaLeases::renew_all() {
  while (true) {
    const std::uint64_t seen = wanted_.version();
    std::set<std::string> homes;
    std::set<std::string> alive;
    for (const auto& [key, held] : held_) {
      homes.insert(held.home);
      alive.insert(held.claim.reservation);
    }
    const MonotonicTime now = runtime_.clock.now();
    std::erase_if(granted_, [&](const auto& entry) {
      return now - entry.second >= model::kReplicaLease && !alive.contains(entry.first);
    });
    for (const std::string& home : homes) {
      if (asked_.insert(home).second && !scope_.spawn(renew(home))) asked_.erase(home);
    }
    co_await wanted_.changed_since(seen, model::kReplicaLeaseRenewal);
    // Many that are new come with one round.
    co_await sleep_for(runtime_.scheduler, Millis{50});
  }
}

}  // namespace hanse::zone
