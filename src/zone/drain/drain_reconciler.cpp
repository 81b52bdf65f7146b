#include "zone/drain/drain_reconciler.h"

#include <algorithm>

namespace hanse::zone {
// One look at one host.
struct DrainReconciler::Round {
  std::string host;
  std::int64_t concurrent = 0;
  model::DrainStatus status;

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
    std::erase_if(attempts_, [&](const auto& entry) { return entry.second.host == id.name; });
    if (host && (*host)->status.drain) HANSE_CO_CHECK(co_await note(id.name, std::nullopt));
    co_return Again();
  }
  draining_.insert(id.name);
  Round round{.host = id.name, .concurrent = wish->concurrent_moves};
  const std::vector<std::string> keys = index_.keys_on(id.name);
  std::erase_if(attempts_, [&](const auto& entry) {
    return entry.second.host == id.name && std::find(keys.begin(), keys.end(), entry.first) == keys.end();
  });
  // What moves already counts before anything is begun.
  for (const std::string& instance : keys) {
    const auto found = services_.tables.instances.get(id_of_key(kInstanceTraits, instance));
    if (found && !(*found)->status.transfer.empty() && !(*found)->status.incoming) ++round.status.moving;
  }
  for (const std::string& instance : keys) HANSE_CO_CHECK(co_await look_at(round, instance));
  const bool left = round.status.remaining > 0;
  HANSE_CO_CHECK(co_await note(id.name, std::move(round.status)));
  co_return left ? Again(kLookAgain) : Again();
}

Task<Status> DrainReconciler::look_at(Round& round, std::string key) {
  const ResourceId id = id_of_key(kInstanceTraits, key);
  const auto instance = services_.tables.instances.get(id);
  // It may have gone while an earlier one was looked at.
  if (!instance || (*instance)->status.host != round.host) co_return Status();
  ++round.status.remaining;
  const std::string& uid = (*instance)->metadata.uid;
  DrainView view{.host_connected = services_.hosts.connected(round.host)};
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
  if (!is_due(attempt, id)) {
    round.stays(id, attempt.failure);
    co_return Status();
  }
  if (round.status.moving >= round.concurrent) co_return Status();
  const auto target = choose_host(*instance);
  if (!target) {
    // It costs nothing to look again at the next step.
    round.stays(id, target.error().message);
    co_return Status();
  }
  model::TransferSpec spec{.instance = id.name, .host = *target};
  // A guest is not shut down for the sake of a host.
  const bool stopped = instance->spec.power == model::Power::stopped;
  spec.mode = stopped ? model::TransferMode::cold : model::TransferMode::live;
  const auto begun =
      co_await services_.transfers.create({.tenant = id.tenant, .workspace = id.workspace}, std::move(spec));
  Attempt& made = attempts_[key];
  made = {.host = round.host, .again = services_.runtime.clock.now() + kRetry};
  if (begun) {
    made.transfer = begun->metadata.name;
    ++round.status.moving;
    services_.events.add("instance", to_string(id), "Drained",
                         fmt::format("moves from host '{}' to host '{}'", round.host, *target));
  } else {
    made.failure = begun.error().message;
    round.stays(id, made.failure);
  }
  co_return Status();
}

bool DrainReconciler::is_due(Attempt& attempt, const ResourceId& instance) {
  const MonotonicTime now = services_.runtime.clock.now();
  if (!attempt.transfer.empty()) {
    // It is still here and not under way: that one has failed, or was cancelled.
    const ResourceId id{instance.tenant, instance.workspace, attempt.transfer};
    const auto transfer = services_.transfers.get(id);
    attempt.failure =
        fmt::format("its move in transfer '{}' {}; it is tried again", attempt.transfer,
                    transfer && !transfer->status.failure.empty() ? "failed: " + transfer->status.failure
                                                                  : std::string("did not succeed"));
    attempt.transfer.clear();
    attempt.again = now + kRetry;
  }
  return attempt.failure.empty() || now >= attempt.again;
}

// The host that drains takes nothing new, so it is never chosen.
Result<std::string> DrainReconciler::choose_host(const model::Instance& instance) {
  HANSE_TRY(const auto sku,
            services_.tables.instance_skus.get(
                {.tenant = instance.metadata.tenant, .name = model::reference_name(instance.spec.sku_ref)}));
  model::Instance asking = instance;
  asking.metadata.uid = "drain of " + instance.metadata.uid;
  HANSE_TRY(std::string host, services_.capacity.reserve(asking, host_request(asking, *sku)));
  // The move holds its room itself.
  services_.capacity.release(asking.metadata.uid);
  return host;
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
