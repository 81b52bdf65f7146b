#include "zone/drain/drain_reconciler.h"

#include <algorithm>
#include <utility>

#include "zone/transfers/arrivals.h"

namespace hanse::zone {
// One look at one host.
struct DrainReconciler::Round {
  std::string host;
  model::DrainSpec wish;
  model::DrainStatus status;

  bool leaves_zone() const { return !wish.zones.empty(); }

  void stays(const ResourceId& instance, std::string reason) {
    ++status.staying;
    if (status.reasons.size() < model::kMaxStayingShown)
      status.reasons.push_back({to_string(instance), std::move(reason)});
  }
};

Task<Result<Again>> DrainReconciler::reconcile(std::string key) {
  const ResourceId id = id_of_key(KindOf<model::Host>::kTraits, key);
  const auto host = services_.tables.hosts.get(id);
  std::optional<model::DrainSpec> wish;
  if (host && !(*host)->metadata.deleted_at) wish = (*host)->spec.drain;
  if (!wish) {
    draining_.erase(id.name);
    leaving_.erase(id.name);
    std::erase_if(attempts_, [&](const auto& entry) { return entry.second.host == id.name; });
    if (host && (*host)->status.drain) HANSE_CO_CHECK(co_await note(id.name, std::nullopt));
    co_return Again();
  }
  draining_.insert(id.name);
  Round round{.host = id.name, .wish = std::move(*wish)};
  const std::vector<std::string> keys = index_.keys_on(id.name);
  std::erase_if(attempts_, [&](const auto& entry) {
    return entry.second.host == id.name && std::find(keys.begin(), keys.end(), entry.first) == keys.end();
  });
  // What moves already counts before anything is begun.
  round.status.moving = count_moving(id.name);
  note_leaving(round);
  for (const std::string& instance : keys) HANSE_CO_CHECK(co_await look_at(round, instance));
  const bool left = round.status.remaining > 0;
  HANSE_CO_CHECK(co_await note(id.name, std::move(round.status)));
  co_return left ? Again(kLookAgain) : Again();
}

// Steps of other hosts look at it while this one waits.
void DrainReconciler::note_leaving(const Round& round) {
  leaving_.erase(round.host);
  if (round.leaves_zone()) leaving_[round.host] = round.status.moving;
}

// Moves to other zones share one bound, from whichever host.
bool DrainReconciler::may_move(const Round& round) const {
  std::int64_t moving = round.status.moving;
  for (const auto& [host, leaving] : leaving_) {
    if (round.leaves_zone() && host != round.host) moving += leaving;
  }
  return moving < round.wish.concurrent_moves;
}

std::int64_t DrainReconciler::count_moving(const std::string& host) const {
  std::int64_t count = 0;
  for (const std::string& instance : index_.keys_on(host)) {
    const auto found = services_.tables.instances.get(id_of_key(kInstanceTraits, instance));
    if (found && !(*found)->status.transfer.empty() && !(*found)->status.incoming) ++count;
  }
  return count;
}

Task<Status> DrainReconciler::look_at(Round& round, std::string key) {
  const ResourceId id = id_of_key(kInstanceTraits, key);
  const auto instance = services_.tables.instances.get(id);
  // It may have gone while an earlier one was looked at.
  if (!instance || (*instance)->status.host != round.host) co_return Status();
  ++round.status.remaining;
  const std::string& uid = (*instance)->metadata.uid;
  DrainView view{.host_connected = services_.hosts.connected(round.host), .leaves_zone = round.leaves_zone()};
  const auto observed = services_.hosts.observed(round.host, uid);
  if (observed && services_.hosts.told_generation(round.host, uid) == observed->generation)
    view.observed = observed;
  DrainDecision decision = drain_decision(**instance, view);
  switch (decision.step) {
    case DrainStep::none:
      break;
    case DrainStep::move:
      co_return co_await move(round, *instance, std::move(key));
    case DrainStep::re_place:
      co_return co_await failover_.take_off(
          *instance, {"Drained", fmt::format("host '{}' is drained; nothing of it was there", round.host)});
    case DrainStep::stay:
      round.stays(id, std::move(decision.reason));
      break;
  }
  co_return Status();
}

Task<Status> DrainReconciler::move(Round& round, Table<model::Instance>::Pointer instance, std::string key) {
  const ResourceId id = id_of(instance->metadata);
  Attempt& attempt = attempts_[key];
  attempt.host = round.host;
  if (!is_due(round, attempt, id)) {
    round.stays(id, attempt.failure);
    co_return Status();
  }
  if (!may_move(round)) co_return Status();
  auto spec = choose_move(round, *instance, attempt.failures);
  if (!spec) {
    // It costs nothing to look again at the next step.
    round.stays(id, spec.error().message);
    co_return Status();
  }
  const std::string target = spec->host ? fmt::format("host '{}'", spec->host.value_or(""))
                                        : fmt::format("zone '{}'", spec->target_zone);
  ++round.status.moving;
  note_leaving(round);
  const auto begun =
      co_await services_.transfers.create({.tenant = id.tenant, .workspace = id.workspace}, std::move(*spec));
  Attempt& made = attempts_[key];
  if (begun) {
    made.transfer = begun->metadata.name;
    made.failure.clear();
    services_.events.add("instance", to_string(id), "Drained",
                         fmt::format("moves from host '{}' to {}", round.host, target));
  } else {
    --round.status.moving;
    note_leaving(round);
    fail_attempt(round, made, fmt::format("to {}: {}", target, begun.error().message));
    round.stays(id, made.failure);
  }
  co_return Status();
}

// Of several zones each has its turn at once; then all of them are left alone for a while.
void DrainReconciler::fail_attempt(const Round& round, Attempt& attempt, std::string failure) {
  ++attempt.failures;
  attempt.failure = std::move(failure);
  const bool was_last = attempt.failures % std::max<std::size_t>(1, round.wish.zones.size()) == 0;
  attempt.again = services_.runtime.clock.now() + (was_last ? kRetry : Nanos{0});
}

bool DrainReconciler::is_due(const Round& round, Attempt& attempt, const ResourceId& instance) {
  if (!attempt.transfer.empty()) {
    // It is still here and not under way: that one has failed, or was cancelled.
    const ResourceId id{instance.tenant, instance.workspace, attempt.transfer};
    const auto transfer = services_.transfers.get(id);
    const std::string name = std::exchange(attempt.transfer, "");
    fail_attempt(
        round, attempt,
        fmt::format("its move in transfer '{}' {}; it is tried again", name,
                    transfer && !transfer->status.failure.empty() ? "failed: " + transfer->status.failure
                                                                  : std::string("did not succeed")));
  }
  return attempt.failure.empty() || services_.runtime.clock.now() >= attempt.again;
}

Result<model::TransferSpec> DrainReconciler::choose_move(const Round& round, const model::Instance& instance,
                                                         std::size_t failures) {
  model::TransferSpec spec{.instance = instance.metadata.name};
  // A guest is not shut down for the sake of a host, unless its operator says so.
  const bool stopped = instance.spec.power == model::Power::stopped;
  spec.mode = stopped                ? model::TransferMode::cold
              : round.wish.shut_down ? model::TransferMode::automatic
                                     : model::TransferMode::live;
  if (round.leaves_zone()) {
    spec.target_zone = round.wish.zones[failures % round.wish.zones.size()];
  } else {
    auto host = choose_host(instance, spec.mode);
    if (!host && spec.mode == model::TransferMode::automatic) {
      spec.mode = model::TransferMode::warm;
      host = choose_host(instance, spec.mode);
    }
    HANSE_TRY(spec.host, std::move(host));
  }
  spec.limits.max_rate = round.wish.max_rate;
  const bool may_be_live =
      spec.mode == model::TransferMode::live || spec.mode == model::TransferMode::automatic;
  if (may_be_live) spec.streams = round.wish.streams;
  return spec;
}

// The host that drains takes nothing new, so it is never chosen.
Result<std::string> DrainReconciler::choose_host(const model::Instance& instance, model::TransferMode mode) {
  HANSE_TRY(const auto sku,
            services_.tables.instance_skus.get(
                {.tenant = instance.metadata.tenant, .name = model::reference_name(instance.spec.sku_ref)}));
  model::Instance asking = instance;
  asking.metadata.uid = "drain of " + instance.metadata.uid;
  Arrivals arrivals(services_.tables, services_.capacity, services_.hosts, services_.hardware);
  HANSE_TRY(Arrivals::Place place, arrivals.reserve(asking, *sku, mode));
  // The move holds its room itself.
  services_.capacity.release(asking.metadata.uid);
  return std::move(place.host);
}

Task<Status> DrainReconciler::note(std::string host, std::optional<model::DrainStatus> status) {
  bool emptied = false;
  const auto written =
      co_await services_.tables.hosts.update({.name = host}, [&](model::Host& changed) -> Status {
        const bool was_empty = changed.status.drain && changed.status.drain->remaining == 0;
        emptied = status && status->remaining == 0 && !was_empty;
        changed.status.drain = status;
        return {};
      });
  if (!written) co_return fail(written.error());
  if (emptied) services_.events.add("host", host, "Drained", "no instance is left on it");
  co_return Status();
}

}  // namespace hanse::zone
