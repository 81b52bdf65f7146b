// TransferService towards users: create, show, cancel; and the life of the active ones.

#include "zone/transfers/transfer_service.h"

#include <algorithm>

namespace hanse::zone {
namespace {

constexpr int kNameDigits = 12;

}  // namespace

TransferService::TransferService(TransferServices services, HostCapacity& capacity,
                                 const federation::Peers& peers, const PeerAdmission& admission,
                                 ReplicaLeases& leases)
    : services_(std::move(services)),
      capacity_(capacity),
      peers_(peers),
      admission_(admission),
      leases_(leases) {}

Status TransferService::start() {
  HANSE_TRY(const auto transfers, services_.records.tables.transfers.all());
  for (const auto& transfer : transfers) {
    if (model::is_end(transfer->status.phase)) continue;
    const ResourceId id{transfer->metadata.tenant, transfer->metadata.workspace, transfer->spec.instance};
    HANSE_TRY(const auto instance, services_.records.tables.instances.get(id));
    HANSE_CHECK(begin(*transfer, instance->status.host, ""));
  }
  return {};
}

Status TransferService::begin(model::Transfer transfer, std::string host, std::string peer_ca_pem) {
  const std::string name = transfer.metadata.name;
  auto active = std::make_shared<ActiveTransfer>(services_, std::move(transfer), std::move(host),
                                                 std::move(peer_ca_pem));
  HANSE_CHECK(active->start());
  active_.insert_or_assign(name, std::move(active));
  return {};
}

void TransferService::forget_ended() {
  std::erase_if(active_, [](const auto& entry) { return entry.second->done(); });
}

Result<model::Transfer> TransferService::get(const ResourceId& id) const {
  const auto active = active_.find(id.name);
  if (active != active_.end()) {
    model::Transfer transfer = active->second->record().current();
    if (id_of(transfer.metadata) == id) return transfer;
  }
  HANSE_TRY(const auto stored, services_.records.tables.transfers.get(id));
  return *stored;
}

Status TransferService::check_create(const model::Instance& instance, const model::TransferSpec& spec) const {
  const std::string name = to_string(id_of(instance.metadata));
  if (!instance.status.moved_to.empty()) {
    return fail(Code::failed_precondition, "instance '{}' moved to zone '{}'; move it from there", name,
                instance.status.moved_to);
  }
  if (instance.metadata.deleted_at)
    return fail(Code::failed_precondition, "instance '{}' is being deleted", name);
  if (!instance.status.transfer.empty()) {
    return fail(Code::failed_precondition,
                "instance '{}' is moving already in transfer '{}'; wait for its end or cancel it", name,
                instance.status.transfer);
  }
  if (spec.target_zone == services_.zone) {
    return fail(Code::failed_precondition, "instance '{}' is in zone '{}' already", name, services_.zone);
  }
  if (peers_.find(spec.target_zone) == nullptr) {
    return fail(
        Error{Code::not_found,
              fmt::format("zone '{}' is not one that this zone trusts; list those with 'hanse get zones'",
                          spec.target_zone),
              {{"/spec/targetZone", ""}}});
  }
  HANSE_CHECK(admission_.gives(spec.target_zone, instance.metadata.tenant));
  if (active_.size() >= kMaxTransfers) {
    return fail(Code::resource_exhausted, "{} transfers are under way already; wait for some to end",
                active_.size());
  }
  return {};
}

model::Transfer TransferService::new_transfer(const ResourceId& scope, const model::TransferSpec& spec,
                                              const model::Instance& instance) const {
  const std::string now = to_rfc3339(services_.records.runtime.clock.wall_now());
  model::Transfer transfer;
  transfer.metadata = {.name = "t-" + random_token(services_.records.runtime.random, kNameDigits),
                       .tenant = scope.tenant,
                       .workspace = scope.workspace,
                       .region = services_.zone,
                       .kind = std::string(KindOf<model::Transfer>::kTraits.kind),
                       .created_at = now,
                       .last_modified_at = now};
  transfer.spec = spec;
  transfer.status.role = model::TransferRole::source;
  transfer.status.source_zone = services_.zone;
  transfer.status.instance_uid = instance.metadata.uid;
  transfer.status.source_epoch = instance.status.epoch;
  return transfer;
}

Result<store::Transaction> TransferService::creation(const model::Instance& instance,
                                                     const model::Transfer& transfer) const {
  const Tables& tables = services_.records.tables;
  model::Instance moving = instance;
  moving.status.transfer = transfer.metadata.name;
  return store::Transaction{
      .compares = {tables.instances.unchanged(instance), tables.transfers.absent(id_of(transfer.metadata))},
      .writes = {tables.instances.write_of(moving), tables.transfers.write_of(transfer)}};
}

Task<Result<model::Transfer>> TransferService::create(ResourceId scope, model::TransferSpec spec) {
  forget_ended();
  HANSE_CO_CHECK(co_await prune());
  const ResourceId id{scope.tenant, scope.workspace, spec.instance};
  HANSE_CO_CHECK(check(model::Transfer{.spec = spec}));
  for (int attempt = 0; attempt < kUpdateAttempts; ++attempt) {
    HANSE_CO_TRY(const auto instance, services_.records.tables.instances.get(id));
    HANSE_CO_CHECK(check_create(*instance, spec));
    const model::Transfer transfer = new_transfer(scope, spec, *instance);
    HANSE_CO_TRY(store::Transaction transaction, creation(*instance, transfer));
    const auto written = co_await services_.records.store.transact(std::move(transaction));
    if (written) {
      HANSE_CO_CHECK(begin(transfer, instance->status.host, ""));
      co_return get(id_of(transfer.metadata));
    }
    if (written.error().code != Code::aborted) co_return fail(written.error());
  }
  co_return fail(Code::aborted, "instance '{}' is being changed by others all the time; try again",
                 to_string(id));
}

Task<Result<model::Transfer>> TransferService::cancel(ResourceId id) {
  HANSE_CO_TRY(const model::Transfer transfer, get(id));
  const auto active = active_.find(id.name);
  if (active == active_.end()) {
    co_return fail(Code::failed_precondition, "transfer '{}' is {} and cannot be cancelled any more", id.name,
                   json::camel_case(migration::name_of(transfer.status.phase)));
  }
  const Pointer held = active->second;
  HANSE_CO_CHECK(co_await held->record().request_cancel());
  co_return held->record().current();
}

// The oldest ended records go when there are too many.
Task<Status> TransferService::prune() {
  auto& table = services_.records.tables.transfers;
  HANSE_CO_TRY(auto transfers, table.all());
  std::erase_if(transfers, [](const auto& transfer) { return !model::is_end(transfer->status.phase); });
  if (transfers.size() <= kMaxEnded) co_return Status();
  std::sort(transfers.begin(), transfers.end(),
            [](const auto& a, const auto& b) { return a->metadata.created_at < b->metadata.created_at; });
  for (std::size_t i = 0; i < transfers.size() - kMaxEnded; ++i)
    HANSE_CO_CHECK(co_await table.erase(transfers[i]));
  co_return Status();
}

}  // namespace hanse::zone
