#include "zone/transfers/active_transfer.h"

#include "zone/transfers/copy.h"
#include "zone/zone_version.h"

namespace hanse::zone {
namespace {

constexpr Seconds kStreamKeyLifetime{24 * 3600};

}  // namespace

std::string instance_key(const model::Transfer& transfer) {
  return key_of(KindOf<model::Instance>::kTraits,
                {transfer.metadata.tenant, transfer.metadata.workspace, transfer.spec.instance});
}

std::string stream_name(model::TransferRole role, const std::string& transfer) {
  return (role == model::TransferRole::source ? "source-" : "target-") + transfer;
}

Result<StreamKeys> make_stream_keys(Certificates& certificates, model::TransferRole role,
                                    const std::string& transfer) {
  const std::string name = stream_name(role, transfer);
  HANSE_TRY(const KeyedCertificate authority, certificates.make_authority(name, kStreamKeyLifetime));
  HANSE_TRY(const KeyedCertificate issued, certificates.issue(authority, {.name = "hanse://transfer/" + name,
                                                                          .dns_names = {name},
                                                                          .lifetime = kStreamKeyLifetime}));
  return StreamKeys{authority.certificate_pem, {issued.certificate_pem, issued.key_pem, ""}};
}

PlanView plan_view(const TransferServices& services, const model::Instance* instance, const std::string& uid,
                   const std::string& host) {
  return {.instance = instance,
          .host_connected = services.hosts.connected(host),
          .host = services.hosts.hello(host),
          .observed = services.hosts.observed(host, uid)};
}

Status check_plan_now(const TransferServices& services, const model::Transfer& transfer,
                      const std::string& host) {
  const ResourceId id{transfer.metadata.tenant, transfer.metadata.workspace, transfer.spec.instance};
  const auto instance = services.records.tables.instances.get(id);
  return check_plan(transfer, plan_view(services, instance ? instance->get() : nullptr,
                                        transfer.status.instance_uid, host));
}

Result<IncomingRequest> incoming_request(const RecordServices& services, const model::Transfer& transfer,
                                         const std::string& ca_pem) {
  const ResourceId id{transfer.metadata.tenant, transfer.metadata.workspace, transfer.spec.instance};
  HANSE_TRY(const auto instance, services.tables.instances.get(id));
  const InstanceStorages::Loaded loaded = services.storages.load(*instance);
  if (!loaded.sku || loaded.storages.size() != instance->status.block_storages.size()) {
    return fail(Code::failed_precondition, "the SKU or a block storage of instance '{}' is gone",
                transfer.spec.instance);
  }
  IncomingRequest request{.transfer = transfer.metadata.name,
                          .mode = transfer.status.mode,
                          .path = transfer.spec.path,
                          .streams = transfer.spec.streams,
                          .source_epoch = transfer.status.source_epoch,
                          .instance = *instance,
                          .sku = *loaded.sku,
                          .ca_pem = ca_pem,
                          .peer_name = stream_name(model::TransferRole::source, transfer.metadata.name),
                          .version = kVersion};
  for (const auto& storage : loaded.storages) request.block_storages.push_back(*storage);
  for (const auto& image : loaded.images) request.images.push_back(*image);
  if (transfer.spec.copy) become_copy(request, transfer);
  if (!transfer.spec.sku) return request;
  HANSE_TRY(const auto sku, services.tables.instance_skus.get(
                                {.tenant = instance->metadata.tenant, .name = *transfer.spec.sku}));
  request.sku = *sku;
  request.instance.spec.sku_ref = "skus/" + sku->metadata.name;
  return request;
}

ActiveTransfer::ActiveTransfer(TransferServices& services, model::Transfer transfer, std::string host,
                               std::string peer_ca_pem)
    : services_(services),
      forecaster_(services),
      record_(services.records, transfer),
      host_(std::move(host)),
      peer_ca_pem_(std::move(peer_ca_pem)),
      machine_(services.hosts, services.orders, host_, transfer.status.instance_uid, instance_key(transfer)) {
}

Status ActiveTransfer::start() {
  return is_source() ? start_source() : start_target();
}

Status ActiveTransfer::start_source() {
  const model::Transfer transfer = record_.current();
  const std::string& name = transfer.metadata.name;
  migration::SourceSettings settings{.peer = transfer.spec.target_zone,
                                     .peer_certificate_name = stream_name(model::TransferRole::target, name),
                                     .path = transfer.spec.path};
  if (transfer.spec.copy) {
    const auto instance = services_.records.tables.instances.get(record_.instance_id());
    const std::size_t disks = instance ? (*instance)->status.block_storages.size() : 0;
    settings.copied_disks = copied_disk_uids(transfer, disks);
    const model::Snapshot* snapshot =
        instance ? model::find_snapshot((*instance)->status.snapshots, transfer.spec.snapshot.value_or(""))
                 : nullptr;
    if (transfer.spec.snapshot && snapshot == nullptr)
      return fail(Code::failed_precondition, "snapshot '{}' of transfer '{}' is gone",
                  *transfer.spec.snapshot, name);
    if (snapshot != nullptr) settings.copied_snapshot = snapshot->uid;
  }
  if (transfer.spec.host) {
    settings.peer = *transfer.spec.host;
    settings.peer_title = "host '" + settings.peer + "'";
  }
  const bool before_sending = transfer.status.phase == model::TransferPhase::planned ||
                              transfer.status.phase == model::TransferPhase::preparing;
  if (before_sending) {
    HANSE_TRY(StreamKeys keys, make_stream_keys(services_.certificates, model::TransferRole::source, name));
    own_ca_pem_ = keys.ca_pem;
    settings.credentials = keys.credentials;
  }
  HANSE_TRY(migration::TargetZone* const target, make_target());
  source_ = std::make_unique<migration::SourceTransfer>(
      services_.records.runtime, record_, machine_, *target,
      [this] { return check_plan_now(services_, record_.current(), host_); }, std::move(settings));
  if (!scope_.spawn(source_->run())) return fail(Code::internal, "transfer '{}' cannot start", name);
  if (transfer.status.phase == model::TransferPhase::planned)
    static_cast<void>(aside_.spawn(note_forecast()));
  return {};
}

Task<void> ActiveTransfer::note_forecast() {
  for (;;) {
    const model::Transfer transfer = record_.current();
    const auto figures = co_await forecaster_.run(transfer, host_);
    // It may have turned warm meanwhile.
    if (record_.current().status.mode != transfer.status.mode) continue;
    if (figures) static_cast<void>(co_await record_.keep_forecast(*figures));
    co_return;
  }
}

Result<migration::TargetZone*> ActiveTransfer::make_target() {
  const model::Transfer transfer = record_.current();
  if (!transfer.spec.host) {
    remote_target_ = std::make_unique<RemoteTarget>(
        services_.clients, transfer.spec.target_zone, transfer.metadata.name,
        [this] { return incoming_request(services_.records, record_.current(), own_ca_pem_); },
        [this] { return services_.records.grants.sign(record_.current()); });
    return remote_target_.get();
  }
  const std::string& host = *transfer.spec.host;
  // Of one that prepares already, the host may have opened its end with keys that are gone.
  const bool begins = transfer.status.phase == model::TransferPhase::planned;
  std::string ca_pem;
  HANSE_TRY(model::MoveOrder order, receive_order(host, begins ? own_ca_pem_ : "", ca_pem));
  local_target_ =
      std::make_unique<LocalTarget>(services_.records.runtime, services_.hosts,
                                    HostMachine(services_.hosts, services_.orders, host,
                                                transfer.status.instance_uid, instance_key(transfer)),
                                    std::move(order), std::move(ca_pem));
  return local_target_.get();
}

Result<model::MoveOrder> ActiveTransfer::receive_order(const std::string& host,
                                                       const std::string& source_ca_pem,
                                                       std::string& ca_pem) const {
  const model::Transfer transfer = record_.current();
  const std::string& name = transfer.metadata.name;
  model::MoveOrder order{.transfer = name,
                         .goal = model::MoveGoal::receive,
                         .mode = transfer.status.mode,
                         .path = transfer.spec.path,
                         .peer_name = stream_name(model::TransferRole::source, name),
                         .streams = transfer.spec.streams};
  const auto hello = services_.hosts.hello(host);
  // Without an address that others reach there is only the relay.
  if (hello && hello->stream_address.empty()) order.path = model::StreamPath::relayed;
  if (source_ca_pem.empty()) return order;
  HANSE_TRY(StreamKeys keys, make_stream_keys(services_.certificates, model::TransferRole::target, name));
  ca_pem = keys.ca_pem;
  order.credentials = keys.credentials;
  order.credentials.peer_ca_pem = source_ca_pem;
  return order;
}

Status ActiveTransfer::start_target() {
  const model::Transfer transfer = record_.current();
  const std::string& name = transfer.metadata.name;
  HANSE_TRY(model::MoveOrder order, receive_order(host_, peer_ca_pem_, own_ca_pem_));
  remote_source_ = std::make_unique<RemoteSource>(services_.clients, transfer.status.source_zone, name);
  target_ = std::make_unique<migration::TargetTransfer>(services_.records.runtime, record_, machine_,
                                                        *remote_source_, *this, std::move(order));
  if (!scope_.spawn(target_->run())) return fail(Code::internal, "transfer '{}' cannot start", name);
  return {};
}

migration::IncomingView ActiveTransfer::view() const {
  if (local_target_) return local_target_->view();
  if (!target_) return {};
  migration::IncomingView view = target_->view();
  view.ca_pem = own_ca_pem_;
  return view;
}

Task<Status> ActiveTransfer::fetch_images() {
  const auto instance = services_.records.tables.instances.get(record_.instance_id());
  if (!instance) co_return fail(instance.error());
  const InstanceStorages::Loaded loaded = services_.records.storages.load(**instance);
  for (const auto& image : loaded.images) {
    Bytes one;
    HANSE_CO_CHECK(co_await services_.images.fetch(image->spec, record_.current().status.source_zone, one));
    fetched_ += one;
  }
  percent_ = 100;
  co_return Status();
}

}  // namespace hanse::zone
