// TransferService towards users: create, show, cancel; and the life of the active ones.

#include "zone/transfers/transfer_service.h"

#include <algorithm>

#include "model/emulated_moves.h"
#include "zone/desired.h"
#include "zone/leases/left_copies.h"

namespace hanse::zone {
namespace {

constexpr int kNameDigits = 12;

Error about_host(Code code, std::string message) {
  return Error{code, std::move(message), {{"/spec/host", ""}}};
}

}  // namespace

TransferService::TransferService(TransferServices services, HostCapacity& capacity, HardwareChoice& hardware,
                                 const federation::Peers& peers, PeerAdmission& admission,
                                 ReplicaLeases& leases)
    : services_(std::move(services)),
      capacity_(capacity),
      arrivals_(services_.records.tables, capacity, services_.hosts, hardware),
      peers_(peers),
      admission_(admission),
      leases_(leases),
      forecaster_(services_),
      preparing_(services_.records.runtime.scheduler) {}

Status TransferService::start() {
  HANSE_TRY(const auto transfers, services_.records.tables.transfers.all());
  for (const auto& transfer : transfers) {
    if (model::is_end(transfer->status.phase)) continue;
    const ResourceId id{transfer->metadata.tenant, transfer->metadata.workspace, transfer->spec.instance};
    HANSE_TRY(const auto instance, services_.records.tables.instances.get(id));
    HANSE_CHECK(begin(*transfer, transfer->status.source_host.value_or(instance->status.host), ""));
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
  HANSE_CHECK(check_is_here(instance));
  HANSE_CHECK(check_now(instance, spec));
  return check_wish(instance, spec);
}

Status TransferService::check_is_here(const model::Instance& instance) {
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
  return {};
}

// That may be otherwise soon.
Status TransferService::check_now(const model::Instance& instance, const model::TransferSpec& spec) const {
  if (active_.size() >= kMaxTransfers) {
    return fail(Code::resource_exhausted, "{} transfers are under way already; wait for some to end",
                active_.size());
  }
  return check_snapshots(instance, spec);
}

// What is wanted is possible, and may be done.
Status TransferService::check_wish(const model::Instance& instance, const model::TransferSpec& spec) const {
  HANSE_CHECK(check_new_sku(instance, spec));
  if (spec.host) return check_target_host(instance, spec);
  return check_target_zone(instance, spec.target_zone);
}

// They go along as they are, and nothing changes them on the way.
Status TransferService::check_snapshots(const model::Instance& instance, const model::TransferSpec& spec) {
  const std::string name = to_string(id_of(instance.metadata));
  if (instance.status.restore)
    return fail(Code::failed_precondition,
                "instance '{}' is becoming what it was in a snapshot; wait for its end or cancel it", name);
  for (const model::Snapshot& snapshot : instance.status.snapshots) {
    if (snapshot.state != model::SnapshotState::pending && snapshot.state != model::SnapshotState::deleting)
      continue;
    return fail(Code::failed_precondition, "snapshot '{}' of instance '{}' is {}; wait for its end",
                snapshot.name, name, boost::describe::enum_to_string(snapshot.state, ""));
  }
  if (!spec.snapshot) return {};
  const model::Snapshot* snapshot = model::find_snapshot(instance.status.snapshots, *spec.snapshot);
  if (snapshot != nullptr && snapshot->state == model::SnapshotState::ready) return {};
  return fail(Error{Code::failed_precondition,
                    fmt::format("instance '{}' has no snapshot '{}' that is ready", name, *spec.snapshot),
                    {{"/spec/snapshot", ""}}});
}

Status TransferService::check_new_sku(const model::Instance& instance,
                                      const model::TransferSpec& spec) const {
  if (!spec.sku) return {};
  const auto refuse = [](Code code, std::string message) {
    return fail(Error{code, std::move(message), {{"/spec/sku", ""}}});
  };
  const std::string name = to_string(id_of(instance.metadata));
  if (!spec.copy && !instance.status.workload.empty()) {
    return refuse(Code::failed_precondition,
                  fmt::format("instance '{}' is a replica of '{}', which says its SKU; change it there", name,
                              instance.status.workload));
  }
  const auto sku =
      services_.records.tables.instance_skus.get({.tenant = instance.metadata.tenant, .name = *spec.sku});
  if (!sku) {
    return refuse(Code::not_found,
                  fmt::format("instance SKU '{}' does not exist; list those that do with 'hanse get "
                              "instance-skus'",
                              *spec.sku));
  }
  const model::Snapshot* const saved = model::find_saved_memory(instance.status.snapshots);
  if (!spec.copy && saved != nullptr) {
    return refuse(
        Code::failed_precondition,
        fmt::format("snapshot '{0}' of instance '{1}' has its memory, which no machine of another SKU "
                    "goes on with; remove it first with 'hanse snapshot delete {2} {0}'",
                    saved->name, name, instance.metadata.name));
  }
  const InstanceStorages::Loaded loaded = services_.records.storages.load(instance);
  const model::Image* const image =
      loaded.context.disks.empty() ? nullptr : loaded.context.disks.front().image;
  if (image == nullptr) return {};
  return model::check_boots(image->spec, image->metadata.name, (*sku)->spec.architecture);
}

Status TransferService::check_target_zone(const model::Instance& instance, const std::string& zone) const {
  if (zone == services_.zone) {
    return fail(Code::failed_precondition,
                "instance '{}' is in zone '{}' already; name another, or one of its hosts",
                to_string(id_of(instance.metadata)), zone);
  }
  if (peers_.find(zone) == nullptr) {
    return fail(Error{
        Code::not_found,
        fmt::format("zone '{}' is not one that this zone trusts; list those with 'hanse get zones'", zone),
        {{"/spec/targetZone", ""}}});
  }
  return admission_.gives(zone, instance.metadata.tenant);
}

Status TransferService::check_target_inventory(const std::string& host, model::TransferMode mode,
                                               const model::StreamOptions& streams) const {
  const bool live = mode == model::TransferMode::automatic || mode == model::TransferMode::live;
  const auto hello = services_.hosts.hello(host);
  if (!live || !hello) return {};
  const model::Inventory& inventory = hello->inventory;
  if (!inventory.live_moves)
    return fail(migration::live_refusal(
        Code::failed_precondition,
        fmt::format("host '{}' cannot take machines live: {} damages guests under emulation; it can be moved "
                    "warm, or live with QEMU {} or later there",
                    host, inventory.hypervisor, model::kFirstQemuForEmulatedMoves)));
  if (streams.post_copy && !inventory.no_post_copy_reason.empty())
    return fail(
        Code::failed_precondition,
        "host '{}' cannot run a guest before all of its memory has come: {}; give /dev/userfaultfd there to "
        "the group kvm, or move without post-copy",
        host, inventory.no_post_copy_reason);
  return {};
}

Status TransferService::check_target_host(const model::Instance& instance,
                                          const model::TransferSpec& spec) const {
  const std::string name = spec.host.value_or("");
  const std::string title = to_string(id_of(instance.metadata));
  const auto host = services_.records.tables.hosts.get({.name = name});
  if (!host) {
    return fail(about_host(
        Code::not_found,
        fmt::format("host '{}' is not one of this zone; list those with 'hanse get hosts'", name)));
  }
  const auto refuse = [](std::string message) {
    return fail(about_host(Code::failed_precondition, std::move(message)));
  };
  if (instance.status.host.empty())
    return refuse(fmt::format("instance '{}' is on no host yet; wait until it runs", title));
  if (instance.status.host == name)
    return refuse(fmt::format("instance '{}' is on host '{}' already; name another", title, name));
  if (!services_.hosts.connected(name))
    return refuse(fmt::format("host '{}' is not connected; name another, or move it when it is back", name));
  if (!(*host)->spec.schedulable)
    return refuse(fmt::format(
        "host '{0}' takes nothing new; name another, or open it with 'hanse uncordon {0}'", name));
  const model::TransferMode mode = mode_now(instance, spec).mode;
  if (const Status able = check_target_inventory(name, mode, spec.streams); !able)
    return refuse(able.error().message);
  if (has_left_copy(services_.records.tables, name, instance.metadata.uid))
    return refuse(fmt::format("host '{}' still removes an older copy of it; try again soon", name));
  // What the host could not be told of.
  const InstanceStorages::Loaded loaded = services_.records.storages.load(instance);
  const auto machine = desired_machine(instance, loaded.context, std::nullopt);
  if (!machine) return fail(machine.error());
  return {};
}

migration::ModeChoice TransferService::mode_now(const model::Instance& instance,
                                                const model::TransferSpec& spec) const {
  auto choice = choose_mode(spec, spec.mode,
                            plan_view(services_, &instance, instance.metadata.uid, instance.status.host));
  if (!choice) return {.mode = spec.mode};
  if (!spec.host) return std::move(*choice);
  const Status able = check_target_inventory(*spec.host, choice->mode, spec.streams);
  if (!able && migration::turns_warm(spec.mode, choice->mode, able.error()))
    return migration::warm_instead(able.error().message);
  return std::move(*choice);
}

Result<Arrivals::Place> TransferService::hold_room(const HeldRoom& room, const model::Instance& instance,
                                                   model::Transfer& transfer, Bytes content) {
  const InstanceStorages::Loaded loaded = services_.records.storages.load(instance);
  if (!loaded.sku) return fail(Code::failed_precondition, "{} is gone", instance.spec.sku_ref);
  model::Instance arriving = instance;
  arriving.spec.host = transfer.spec.host;
  arriving.metadata.uid = room.name();
  auto held = arrivals_.reserve(arriving, *loaded.sku, transfer.status.mode, content);
  if (!held && migration::turns_warm(transfer.spec.mode, transfer.status.mode, held.error())) {
    migration::apply(migration::warm_instead(held.error().message), transfer);
    held = arrivals_.reserve(arriving, *loaded.sku, transfer.status.mode, content);
  }
  if (held) return held;
  if (held.error().code != Code::resource_exhausted) return fail(held.error());
  return fail(about_host(Code::resource_exhausted, held.error().message + "; name another host"));
}

model::Transfer TransferService::new_transfer(const ResourceId& scope, const model::TransferSpec& spec,
                                              const model::Instance& instance) const {
  const std::string now = to_rfc3339(services_.records.runtime.clock.wall_now());
  const std::string uid = random_token(services_.records.runtime.random, model::kUidDigits);
  model::Transfer transfer;
  transfer.metadata = {.name = "t-" + uid.substr(0, kNameDigits),
                       .tenant = scope.tenant,
                       .workspace = scope.workspace,
                       .region = services_.zone,
                       .kind = std::string(KindOf<model::Transfer>::kTraits.kind),
                       .uid = uid,
                       .created_at = now,
                       .last_modified_at = now};
  transfer.spec = spec;
  transfer.status.role = model::TransferRole::source;
  transfer.status.source_zone = services_.zone;
  transfer.status.instance_uid = instance.metadata.uid;
  transfer.status.source_epoch = instance.status.epoch;
  if (spec.host) transfer.status.source_host = instance.status.host;
  migration::apply(mode_now(instance, spec), transfer);
  return transfer;
}

Result<store::Transaction> TransferService::creation(const model::Instance& instance,
                                                     const model::Transfer& transfer) const {
  const Tables& tables = services_.records.tables;
  model::Instance moving = instance;
  moving.status.transfer = transfer.metadata.name;
  moving.status.other_host = transfer.spec.host;
  return store::Transaction{
      .compares = {tables.instances.unchanged(instance), tables.transfers.absent(id_of(transfer.metadata))},
      .writes = {tables.instances.write_of(moving), tables.transfers.write_of(transfer)}};
}

Result<model::TransferSpec> TransferService::complete(model::TransferSpec spec) const {
  HANSE_CHECK(check(model::Transfer{.spec = spec}));
  // A peer that orders one could not let it go on.
  if (spec.limits.paused)
    return fail_field("/spec/limits/paused", "a move is paused once it is under way; leave it out");
  if (spec.host && spec.target_zone.empty()) spec.target_zone = services_.zone;
  if (spec.host && spec.target_zone != services_.zone) {
    return fail_field("/spec/host", "only zone '{}' chooses its hosts; leave it out to move there",
                      spec.target_zone);
  }
  return spec;
}

Task<Result<model::Transfer>> TransferService::create(ResourceId scope, model::TransferSpec spec) {
  forget_ended();
  HANSE_CO_CHECK(co_await prune());
  const ResourceId id{scope.tenant, scope.workspace, spec.instance};
  HANSE_CO_TRY(spec, complete(std::move(spec)));
  for (int attempt = 0; attempt < kUpdateAttempts; ++attempt) {
    HANSE_CO_TRY(const auto instance, services_.records.tables.instances.get(id));
    HANSE_CO_CHECK(check_create(*instance, spec));
    // Until the record holds the room.
    const HeldRoom room(capacity_, room_name(instance->metadata.uid));
    model::Transfer transfer = new_transfer(scope, spec, *instance);
    if (spec.host) {
      HANSE_CO_TRY(Arrivals::Place place, hold_room(room, *instance, transfer));
      transfer.status.hardware = std::move(place.hardware);
    }
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

Result<TransferService::Pointer> TransferService::find_active(const ResourceId& id,
                                                              std::string_view what) const {
  HANSE_TRY(const model::Transfer transfer, get(id));
  const auto active = active_.find(id.name);
  if (active != active_.end()) return active->second;
  return fail(Code::failed_precondition, "transfer '{}' is {} and cannot be {} any more", id.name,
              json::camel_case(migration::name_of(transfer.status.phase)), what);
}

Task<Result<model::Transfer>> TransferService::cancel(ResourceId id) {
  HANSE_CO_TRY(const Pointer held, find_active(id, "cancelled"));
  HANSE_CO_CHECK(co_await held->record().request_cancel());
  co_return held->record().current();
}

Task<Result<model::Transfer>> TransferService::limit(ResourceId id, model::TransferLimitsChange change) {
  HANSE_CO_TRY(const Pointer held, find_active(id, "changed"));
  HANSE_CO_CHECK(co_await held->record().change_limits(change));
  co_return held->record().current();
}

std::vector<SendingMove> TransferService::sending() const {
  std::vector<SendingMove> moves;
  for (const auto& [name, active] : active_) {
    if (active->done() || !active->is_source()) continue;
    const model::Transfer transfer = active->record().current();
    if (transfer.status.phase != model::TransferPhase::sending) continue;
    moves.push_back(
        {.transfer = name,
         .link = transfer.spec.host ? "host " + *transfer.spec.host : "zone " + transfer.spec.target_zone,
         .instance_key = instance_key(transfer),
         .host = active->host(),
         .uid = transfer.status.instance_uid,
         .limits = transfer.spec.limits});
  }
  return moves;
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
