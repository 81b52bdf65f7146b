#include "zone/transfers/stored_record.h"

#include "base/planted_bug.h"
#include "zone/leases/left_copies.h"

namespace hanse::zone {
namespace {

using migration::TransferEvent;
using model::TransferRole;
using Phase = model::TransferPhase;

constexpr char kSignpost[] = "signpost";

model::ResourceState state_of(Phase phase) {
  switch (phase) {
    case Phase::planned:
      return model::ResourceState::pending;
    case Phase::completed:
      return model::ResourceState::active;
    case Phase::rolled_back:
    case Phase::cancelled:
    case Phase::refused:
      return model::ResourceState::error;
    default:
      return model::ResourceState::updating;
  }
}

bool is_failure(TransferEvent event) {
  return event == TransferEvent::failed || event == TransferEvent::plan_refused ||
         event == TransferEvent::cancel_requested;
}

void become_signpost(model::Instance& instance, const std::string& zone) {
  instance.status.moved_to = zone;
  instance.status.power_state = model::PowerState::unknown;
  instance.status.forwards.clear();
}

// What the step of a move within the zone does to it.
void apply_within_zone(model::Instance& instance, const model::Transfer& transfer) {
  model::InstanceStatus& status = instance.status;
  if (transfer.status.phase == Phase::committed) {
    constexpr bool kSameEpoch = kPlantedBug == PlantedBug::moves_within_one_epoch;
    status.other_host = std::exchange(status.host, transfer.spec.host.value_or(""));
    status.epoch =
        kSameEpoch ? transfer.status.source_epoch : migration::granted_epoch(transfer.status.source_epoch);
    status.power_state = model::PowerState::moving;
    status.forwards.clear();
    if (transfer.status.hardware) model::apply(*transfer.status.hardware, instance.spec);
    // One that is bound to a host is from now on bound to this one.
    if (instance.spec.host) instance.spec.host = status.host;
  }
  if (!model::is_end(transfer.status.phase)) return;
  status.other_host.reset();
  status.transfer.clear();
}

// What the step does to the instance; false when the instance goes.
bool apply_to_instance(model::Instance& instance, const model::Transfer& transfer) {
  if (model::is_within_zone(transfer)) {
    apply_within_zone(instance, transfer);
    return true;
  }
  const bool at_source = transfer.status.role == TransferRole::source;
  // What this zone's hosts are told follows from these two, `movedTo` and `incoming`.
  const bool may_run = migration::may_run(transfer.status.role, transfer.status.phase);
  if (at_source && !may_run && !model::keeps_source(transfer))
    become_signpost(instance, transfer.spec.target_zone);
  if (!at_source) instance.status.incoming = !may_run;
  switch (transfer.status.phase) {
    case Phase::completed:
      instance.status.transfer.clear();
      if (at_source && !model::keeps_source(transfer)) {
        instance.status.block_storages.clear();
        instance.status.snapshots.clear();
      }
      return true;
    case Phase::rolled_back:
      if (!at_source) {
        if (!transfer.extensions.contains(kSignpost)) return false;
        become_signpost(instance, transfer.status.source_zone);
        instance.status.host.clear();
        instance.status.incoming = false;
        instance.status.block_storages.clear();
        instance.status.snapshots.clear();
      }
      instance.status.transfer.clear();
      return true;
    case Phase::cancelled:
    case Phase::refused:
      instance.status.transfer.clear();
      return true;
    default:
      return true;
  }
}

// For what its user may still want of it; `what` is that, in words.
Status check_is_open(const model::Transfer& transfer, std::string_view what) {
  const Phase phase = transfer.status.phase;
  if (transfer.status.role == TransferRole::target) {
    return fail(Code::failed_precondition,
                "transfer '{}' is decided by its source; it can be {} in zone '{}'", transfer.metadata.name,
                what, transfer.status.source_zone);
  }
  if (phase == Phase::committed || model::is_end(phase)) {
    return fail(Code::failed_precondition, "transfer '{}' is {} and cannot be {} any more",
                transfer.metadata.name, json::camel_case(migration::name_of(phase)), what);
  }
  return {};
}

// Of a mode that is not chosen yet nobody knows.
Status check_plans_stop(const model::TransferLimitsChange& wanted, model::TransferMode mode) {
  const bool boots = mode == model::TransferMode::warm || mode == model::TransferMode::cold;
  if (!wanted.max_blackout_ms || !boots) return {};
  return fail_field("/maxBlackoutMs", "no stop of the guest is planned in a {} move; leave it out",
                    boost::describe::enum_to_string(mode, ""));
}

bool drops_storages(const model::Transfer& transfer) {
  if (model::is_within_zone(transfer) || model::keeps_source(transfer)) return false;
  const bool at_source = transfer.status.role == TransferRole::source;
  return transfer.status.phase == (at_source ? Phase::completed : Phase::rolled_back);
}

}  // namespace

StoredRecord::StoredRecord(RecordServices services, model::Transfer transfer)
    : services_(services),
      id_(id_of(transfer.metadata)),
      last_(std::move(transfer)),
      own_changes_(services.runtime.scheduler) {}

model::Transfer StoredRecord::current() const {
  const auto stored = services_.tables.transfers.get(id_);
  model::Transfer transfer = stored ? **stored : last_;
  transfer.status.progress = progress_;
  transfer.status.waiting_for = waiting_for_;
  return transfer;
}

ResourceId StoredRecord::instance_id() const {
  return {id_.tenant, id_.workspace, last_.spec.instance};
}

void StoredRecord::notify() {
  own_changes_.notify();
  services_.changes.notify();
}

Result<store::Transaction> StoredRecord::transaction_for(const model::Transfer& before,
                                                         const model::Transfer& after) const {
  store::Transaction transaction{.compares = {services_.tables.transfers.unchanged(before)},
                                 .writes = {services_.tables.transfers.write_of(after)}};
  const auto instance = services_.tables.instances.get(instance_id());
  if (!instance || (*instance)->metadata.uid != after.status.instance_uid) {
    return fail(Code::failed_precondition, "instance '{}' of transfer '{}' is gone", after.spec.instance,
                after.metadata.name);
  }
  model::Instance changed = **instance;
  const bool stays = apply_to_instance(changed, after);
  if (stays && changed == **instance) return transaction;
  transaction.compares.push_back(services_.tables.instances.unchanged(**instance));
  store::Write write = services_.tables.instances.write_of(changed);
  if (!stays) write.value.reset();
  transaction.writes.push_back(std::move(write));
  // At the end of a move within the zone, however it ends, one of the two hosts has a copy too many.
  const auto& other = (*instance)->status.other_host;
  if (model::is_end(after.status.phase) && other)
    leave_copy(services_.tables, *other, after.status.instance_uid, transaction);
  if (drops_storages(after)) {
    for (store::Write& erasure : services_.storages.erasures(**instance))
      transaction.writes.push_back(std::move(erasure));
  }
  return transaction;
}

Task<Status> StoredRecord::advance(TransferEvent event, std::string note) {
  return step(event, std::move(note), std::nullopt);
}

Task<Status> StoredRecord::take_grant(model::TransferGrant grant, std::string note) {
  HANSE_CO_CHECK(services_.grants.check(current(), grant));
  co_return co_await step(TransferEvent::grant_received, std::move(note), std::move(grant));
}

Task<Status> StoredRecord::step(TransferEvent event, std::string note,
                                std::optional<model::TransferGrant> grant) {
  for (int attempt = 0; attempt < kUpdateAttempts; ++attempt) {
    HANSE_CO_TRY(const auto before, services_.tables.transfers.get(id_));
    model::Transfer after = *before;
    HANSE_CO_TRY(after.status.phase, migration::next_phase(after.status.role, after.status.phase, event));
    const std::string now = to_rfc3339(services_.runtime.clock.wall_now());
    after.status.state = state_of(after.status.phase);
    after.metadata.last_modified_at = now;
    if (is_failure(event)) after.status.failure = note;
    if (grant) after.status.grant = grant;
    const bool goes_on = after.status.phase == Phase::committed || after.status.phase == Phase::completed;
    if (report_ && goes_on) after.status.report = report_;
    const std::string phase = json::camel_case(migration::name_of(after.status.phase));
    model::add_condition(after.status.conditions, {after.status.state, "Transfer", phase, note, now});
    HANSE_CO_TRY(store::Transaction transaction, transaction_for(*before, after));
    const auto written = co_await services_.store.transact(std::move(transaction));
    if (written) {
      last_ = after;
      services_.events.add("transfer", to_string(id_), phase, note);
      notify();
      co_return Status();
    }
    if (written.error().code != Code::aborted) co_return fail(written.error());
  }
  co_return fail(Code::aborted, "transfer '{}' is being changed by others all the time", id_.name);
}

Task<Status> StoredRecord::change(std::function<Status(model::Transfer&)> change) {
  const auto written = co_await services_.tables.transfers.update(id_, std::move(change));
  if (!written) co_return fail(written.error());
  last_ = *written;
  notify();
  co_return Status();
}

Task<Status> StoredRecord::take_mode(migration::ModeChoice choice) {
  return change([choice](model::Transfer& transfer) -> Status {
    if (transfer.status.phase != Phase::preparing)
      return fail(Code::failed_precondition, "transfer '{}' does not prepare", transfer.metadata.name);
    migration::apply(choice, transfer);
    return {};
  });
}

Task<Status> StoredRecord::keep_forecast(model::TransferFigures figures) {
  return change([figures](model::Transfer& transfer) -> Status {
    if (model::is_end(transfer.status.phase))
      return fail(Code::failed_precondition, "transfer '{}' has ended", transfer.metadata.name);
    transfer.status.forecast = figures;
    return {};
  });
}

Task<Status> StoredRecord::request_cancel() {
  return change([](model::Transfer& transfer) -> Status {
    HANSE_CHECK(check_is_open(transfer, "cancelled"));
    transfer.status.cancel_requested = true;
    return {};
  });
}

Task<Status> StoredRecord::change_limits(model::TransferLimitsChange wanted) {
  return change([wanted](model::Transfer& transfer) -> Status {
    HANSE_CHECK(check_is_open(transfer, "changed"));
    HANSE_CHECK(check_plans_stop(wanted, transfer.status.mode));
    const model::TransferLimits limits = model::apply(wanted, transfer.spec.limits);
    HANSE_CHECK(model::check(limits, ""));
    transfer.spec.limits = limits;
    return {};
  });
}

void StoredRecord::show(const model::TransferProgress& progress) {
  if (progress == progress_) return;
  progress_ = progress;
  services_.changes.notify();
}

void StoredRecord::show_waiting_for(const std::string& name) {
  if (name == waiting_for_) return;
  waiting_for_ = name;
  services_.changes.notify();
}

}  // namespace hanse::zone
