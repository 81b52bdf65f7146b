// TransferService towards other zones: the target's side of the protocol, and relayed streams.

#include "runtime/sleep.h"
#include "zone/transfers/incoming.h"
#include "zone/transfers/transfer_service.h"

namespace hanse::zone {

using migration::IncomingView;
using Phase = model::TransferPhase;

namespace {

// The source's host hears of an open end from the target's host itself, perhaps before its zone does.
constexpr Nanos kEndpointLimit = Seconds{5};

std::string endpoint_of(const model::MoveObserved& move, model::RelayChannel channel) {
  switch (channel) {
    case model::RelayChannel::seed:
      return move.seed_endpoint;
    case model::RelayChannel::disk:
      return move.disk_endpoint;
    default:
      return move.memory_endpoint;
  }
}

// The grant is on disk: it may come again, and nothing takes it back.
bool may_run_here(const IncomingView& view) {
  return migration::may_run(model::TransferRole::target, view.phase);
}

}  // namespace

Result<model::Transfer> TransferService::find_stored(const std::string& transfer) const {
  const auto active = active_.find(transfer);
  if (active != active_.end()) return active->second->record().current();
  HANSE_TRY(const auto all, services_.records.tables.transfers.all());
  for (const auto& stored : all) {
    if (stored->metadata.name == transfer) return *stored;
  }
  return fail(Code::not_found, "transfer '{}' is not known here", transfer);
}

Result<TransferService::Pointer> TransferService::find_incoming(const std::string& peer,
                                                                const std::string& transfer) const {
  const auto found = active_.find(transfer);
  if (found == active_.end() || found->second->is_source() ||
      found->second->record().current().status.source_zone != peer) {
    return fail(Code::not_found, "zone '{}' has no transfer '{}' to here", peer, transfer);
  }
  return found->second;
}

Result<IncomingView> TransferService::view_of(const std::string& peer, const std::string& transfer) const {
  if (const auto active = find_incoming(peer, transfer)) return (*active)->view();
  // One that has ended, for a source that has missed the answer.
  HANSE_TRY(const model::Transfer stored, find_stored(transfer));
  if (stored.status.role != model::TransferRole::target || stored.status.source_zone != peer) {
    return fail(Code::not_found, "zone '{}' has no transfer '{}' to here", peer, transfer);
  }
  return IncomingView{.phase = stored.status.phase, .failure = stored.status.failure};
}

// What the host waits for would never come. A transfer that was granted goes on: it needs no keys any more.
Task<void> TransferService::give_up_old_keys(Pointer active, IncomingRequest request) {
  if (active->peer_ca_pem().empty() || request.ca_pem.empty()) co_return;
  if (active->peer_ca_pem() == request.ca_pem) co_return;
  static_cast<void>(co_await active->record().advance(
      migration::TransferEvent::failed, fmt::format("zone '{}' restarted while this one prepared",
                                                    active->record().current().status.source_zone)));
}

// Transfers are found by their name alone: with that of another one a zone would end what is none of its.
Status TransferService::check_name_is_free(const std::string& transfer) const {
  if (!find_stored(transfer)) return {};
  return fail(Code::already_exists, "transfer '{}' is another one here", transfer);
}

Task<Result<IncomingView>> TransferService::prepare_incoming(std::string peer, IncomingRequest request) {
  // One at a time of each name, so that it is free until its record is there.
  co_await InProgress::wait_for_none(preparing_, request.transfer);
  const InProgress preparing(preparing_, request.transfer);
  if (const auto known = view_of(peer, request.transfer)) {
    // Asked before; the answer was lost, or the source's zone restarted and has other keys now.
    if (const auto active = find_incoming(peer, request.transfer))
      co_await give_up_old_keys(*active, request);
    co_return view_of(peer, request.transfer);
  }
  forget_ended();
  HANSE_CO_CHECK(check_incoming(peer, request));
  HANSE_CO_CHECK(check_authority(request));
  HANSE_CO_CHECK(check_name_is_free(request.transfer));
  HANSE_CO_CHECK(admission_.accepts(peer, request.instance.metadata.tenant, request.sku.metadata.name,
                                    request.sku.spec));
  // Until the instance counts by itself: others ask while this one waits.
  const PeerAdmission::Promise promise = admission_.promise(peer, request.sku.spec);
  if (active_.size() >= kMaxTransfers) {
    co_return fail(Code::resource_exhausted, "{} transfers are under way in zone '{}' already",
                   active_.size(), services_.zone);
  }
  HANSE_CO_CHECK(co_await leases_.obtain(request.instance));
  const std::string uid = request.instance.metadata.uid;
  model::Instance placeable = request.instance;
  placeable.spec.host.reset();
  HANSE_CO_TRY(const Arrivals::Place place, arrivals_.reserve(placeable, request.sku, request.mode));
  const std::string& host = place.host;
  const Status able = check_target_inventory(host, request.mode, request.streams);
  if (!able) {
    capacity_.release(uid);
    co_return fail(able.error());
  }
  Runtime& runtime = services_.records.runtime;
  const IncomingTerms terms{.peer = peer,
                            .zone = services_.zone,
                            .host = host,
                            .hardware = place.hardware,
                            .now = to_rfc3339(runtime.clock.wall_now()),
                            .uid = random_token(runtime.random, model::kUidDigits)};
  auto records = incoming_records(services_.records.tables, request, terms);
  Result<store::Revision> written = store::Revision{};
  if (records) written = co_await services_.records.store.transact(std::move(records->transaction));
  capacity_.release(uid);
  admission_.instance_changed(key_of(KindOf<model::Instance>::kTraits, id_of(request.instance.metadata)));
  if (!records) co_return fail(records.error());
  if (!written) {
    // Someone made one of the same names between the look and the write: the next attempt will say which.
    const bool raced = written.error().code == Code::aborted;
    co_return fail(raced ? Error{Code::unavailable, written.error().message} : written.error());
  }
  HANSE_CO_CHECK(begin(records->transfer, host, request.ca_pem));
  co_return view_of(peer, request.transfer);
}

Task<Result<IncomingView>> TransferService::wait_incoming(std::string peer, std::string transfer,
                                                          IncomingView seen) {
  const MonotonicTime deadline = services_.records.runtime.clock.now() + kIncomingWait;
  while (true) {
    const std::uint64_t version = changes().version();
    HANSE_CO_TRY(const IncomingView view, view_of(peer, transfer));
    const Nanos left = deadline - services_.records.runtime.clock.now();
    if (!(view == seen) || left <= Nanos{0}) co_return view;
    co_await changes().changed_since(version, left);
  }
}

Task<Result<IncomingView>> TransferService::grant_incoming(std::string peer, std::string transfer,
                                                           GrantRequest grant) {
  HANSE_CO_TRY(const IncomingView view, view_of(peer, transfer));
  if (may_run_here(view)) {
    const auto running = find_incoming(peer, transfer);
    if (running && grant.memory_lost.value_or(false)) (*running)->give_up_memory();
    co_return view;
  }
  HANSE_CO_TRY(const Pointer active, find_incoming(peer, transfer));
  HANSE_CO_CHECK(co_await active->record().take_grant(std::move(grant.grant), "granted by the source"));
  co_return active->view();
}

Task<Status> TransferService::abort_incoming(std::string peer, std::string transfer) {
  HANSE_CO_TRY(const IncomingView view, view_of(peer, transfer));
  if (may_run_here(view)) {
    co_return fail(Code::failed_precondition, "transfer '{}' was granted and cannot be aborted", transfer);
  }
  if (view.phase == Phase::rolling_back || model::is_end(view.phase)) co_return Status();
  HANSE_CO_TRY(const Pointer active, find_incoming(peer, transfer));
  co_return co_await active->record().advance(migration::TransferEvent::failed,
                                              "the source keeps the instance");
}

Result<migration::OutcomeView> TransferService::outcome(const std::string& peer,
                                                        const std::string& transfer) const {
  HANSE_TRY(const model::Transfer stored, find_stored(transfer));
  if (stored.status.role != model::TransferRole::source || stored.spec.target_zone != peer) {
    return fail(Code::not_found, "there is no transfer '{}' to zone '{}'", transfer, peer);
  }
  migration::OutcomeView view{migration::outcome_of(stored.status.phase)};
  if (view.outcome == migration::Outcome::committed) {
    HANSE_TRY(view.grant, services_.records.grants.sign(stored));
  }
  return view;
}

Task<Result<std::unique_ptr<Stream>>> TransferService::open_relay(Caller caller, std::string transfer,
                                                                  model::RelayChannel channel) {
  const auto found = active_.find(transfer);
  const Error unknown{Code::not_found,
                      fmt::format("no transfer '{}' of '{}' is under way here", transfer, caller.name)};
  if (found == active_.end()) co_return fail(unknown);
  const Pointer active = found->second;
  const model::Transfer record = active->record().current();
  if (active->is_source()) {
    if (caller.kind != CallerKind::host || caller.name != active->host()) co_return fail(unknown);
    if (record.spec.host) co_return co_await open_relay_to(*record.spec.host, active, channel);
    HANSE_CO_TRY(const auto client, services_.clients.get(record.spec.target_zone));
    co_return co_await client->upgrade(fmt::format("/providers/hanse.migration/v1/relays/{}/{}", transfer,
                                                   boost::describe::enum_to_string(channel, "")),
                                       model::kRelayProtocol);
  }
  if (caller.kind != CallerKind::peer || caller.name != record.status.source_zone) co_return fail(unknown);
  co_return co_await open_relay_to(active->host(), active, channel);
}

Task<Result<std::unique_ptr<Stream>>> TransferService::open_relay_to(std::string host, Pointer active,
                                                                     model::RelayChannel channel) {
  const model::Transfer record = active->record().current();
  const std::string name = record.metadata.name;
  Clock& clock = services_.records.runtime.clock;
  const MonotonicTime deadline = clock.now() + kEndpointLimit;
  for (;;) {
    const std::uint64_t seen = services_.hosts.changes().version();
    const auto observed = services_.hosts.observed(host, record.status.instance_uid);
    const bool hears = observed && observed->move && observed->move->transfer == name;
    const std::string endpoint = hears ? endpoint_of(*observed->move, channel) : "";
    if (!endpoint.empty()) co_return co_await services_.hosts.open_relay(std::move(host), name, endpoint);
    const Nanos left = deadline - clock.now();
    if (left <= Nanos{0})
      co_return fail(Code::failed_precondition, "transfer '{}' has no open end here yet", name);
    co_await services_.hosts.changes().changed_since(seen, left);
  }
}

}  // namespace hanse::zone
