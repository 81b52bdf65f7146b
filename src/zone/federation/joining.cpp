#include "zone/federation/joining.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/planted_bug.h"

namespace hanse::zone {
namespace {

using federation::PeerState;

constexpr Nanos kFirstContactTimeout = Seconds{10};
constexpr Nanos kOtherConfirmation = Seconds{5};

// To a zone that is known by the fingerprint of its CA only, or by the CAs that are pinned.
Task<Result<json::Value>> call_unnamed(Runtime& runtime, Endpoint endpoint, TlsOptions tls, std::string path,
                                       json::Value body) {
  http::Client client(runtime, {.endpoint = std::move(endpoint),
                                .tls = std::move(tls),
                                .user_agent = "hanse-zone",
                                .response_timeout = kFirstContactTimeout});
  co_return co_await client.call_json("POST", std::move(path), std::move(body));
}

bool is_pinned_by(Certificates& certificates, const federation::ZoneCard& card,
                  const std::string& fingerprint) {
  return std::any_of(card.ca_pems.begin(), card.ca_pems.end(), [&](const std::string& pem) {
    const auto info = certificates.read(pem);
    return info && info->fingerprint == fingerprint;
  });
}

// What the zone itself has said, so that trying again cannot help. Not what anybody on the way could bring
// about, as a failure of TLS: the zone may have confirmed.
bool is_refusal(const Error& error) {
  return error.code == Code::not_found || error.code == Code::failed_precondition;
}

// The zone's invitation was used, and it has not answered the confirmation.
bool is_unconfirmed(const federation::PeerRecord& record) {
  if (record.state == PeerState::joining) return true;
  return record.state != PeerState::leaving && !record.confirming.empty();
}

}  // namespace

std::string Joining::digest_of(const std::string& secret) const {
  return federation::secret_digest(services_.cryptography.hashing, secret);
}

Task<Result<AcceptanceAnswer>> Joining::ask(federation::Invitation invitation) {
  HANSE_CO_TRY(federation::SignedRecord card, services_.own_card.get());
  const AcceptanceRequest request{.secret = invitation.secret, .card = std::move(card)};
  TlsOptions tls{.pinned_ca_fingerprint = invitation.ca_fingerprint,
                 .expected_name = federation::zone_name_uri(invitation.zone)};
  auto answer = co_await call_unnamed(services_.runtime, invitation.endpoint, std::move(tls), kAcceptancePath,
                                      to_json(request));
  if (!answer) {
    co_return fail(answer.error().code, "zone '{}' at {} does not take the invitation: {}", invitation.zone,
                   to_string(invitation.endpoint), answer.error().message);
  }
  co_return json::from_json<AcceptanceAnswer>(*answer);
}

Task<Status> Joining::pin(federation::Invitation invitation, federation::SignedRecord card) {
  HANSE_CO_TRY(const federation::ZoneCard read,
               federation::read_card(services_.cryptography.signatures, card, ""));
  if (read.zone != invitation.zone ||
      !is_pinned_by(services_.cryptography.certificates, read, invitation.ca_fingerprint)) {
    co_return fail(Code::unauthenticated,
                   "the card of zone '{}' does not fit the invitation; ask for a new one", invitation.zone);
  }
  const WallTime now = services_.runtime.clock.wall_now();
  constexpr bool kHasty = kPlantedBug == PlantedBug::active_before_confirmed;
  federation::PeerRecord record{.name = read.zone,
                                .state = kHasty ? PeerState::active : PeerState::joining,
                                .endpoint = read.endpoint,
                                .identity_key = read.identity_key,
                                .ca_pems = read.ca_pems,
                                .card_version = card.version,
                                .since = to_rfc3339(now),
                                .expires_at = to_rfc3339(now + kJoiningTime),
                                .invitation = invitation.secret,
                                .membership = digest_of(invitation.secret)};
  const PeerTable::Stored* known = services_.peers.find(read.zone);
  if (known != nullptr && known->record.identity_key != read.identity_key) {
    co_return fail(
        Code::already_exists,
        "zone '{}' is known here with another key; leave it first with 'hanse federation leave {}'",
        read.zone, read.zone);
  }
  // A peer stays one whatever it answers; it is asked by the newer secret.
  if (known != nullptr && known->record.state == PeerState::active) {
    federation::PeerRecord again = known->record;
    federation::take_newer_card(again, read, card.version);
    again.confirming = invitation.secret;
    again.expires_at = record.expires_at;
    record = std::move(again);
  }
  co_return co_await services_.peers.write(std::move(record),
                                           known == nullptr ? store::kNoRevision : known->revision);
}

Task<Status> Joining::confirm(PeerTable::Stored joining) {
  const federation::Peer& peer = joining.peer;
  federation::PeerRecord& record = joining.record;
  const bool was_peer = record.state == PeerState::active;
  const bool was_invited = record.state == PeerState::invited;
  const std::string secret = record.state == PeerState::joining ? record.invitation : record.confirming;
  const ConfirmationRequest request{.secret = secret, .zone = services_.config.name};
  TlsOptions tls{.trusted_ca_pem = peer.ca_pem, .expected_name = federation::zone_name_uri(peer.name)};
  const auto answer = co_await call_unnamed(services_.runtime, peer.endpoint, std::move(tls),
                                            kConfirmationPath, to_json(request));
  if (!answer && is_refusal(answer.error())) {
    // Someone else who confirms at the same time may have done the same.
    (void)co_await give_up(std::move(joining));
    co_return fail(answer.error());
  }
  if (!answer) co_return fail(Code::unavailable, "{}", answer.error().message);
  record.state = PeerState::active;
  if (!was_peer) record.since = to_rfc3339(services_.runtime.clock.wall_now());
  record.membership = digest_of(secret);
  record.expires_at.clear();
  // An invitation of ours that it has accepted besides may be confirmed still.
  if (!was_invited) record.invitation.clear();
  record.confirming.clear();
  HANSE_CO_CHECK(co_await services_.peers.write(record, joining.revision));
  if (was_peer) co_return Status();
  services_.events.add("zone", peer.name, "PeerJoined", "both zones have pinned each other's keys");
  log_.info("zone '{}' is a peer now", peer.name);
  co_return Status();
}

// Nothing comes of the invitation; what there was before it stays.
Task<Status> Joining::give_up(PeerTable::Stored stored) {
  const bool was_peer = stored.record.state == PeerState::active;
  const bool was_invited = stored.record.state == PeerState::invited && !stored.record.confirming.empty();
  if (!was_peer && !was_invited)
    co_return co_await services_.peers.erase(stored.record.name, stored.revision);
  stored.record.confirming.clear();
  if (was_peer) stored.record.expires_at.clear();
  co_return co_await services_.peers.write(std::move(stored.record), stored.revision);
}

Task<Result<federation::PeerRecord>> Joining::join(std::string text) {
  HANSE_CO_TRY(
      federation::Invitation invitation,
      federation::read_invitation(services_.cryptography.hashing, text, federation::InvitationKind::zone));
  HANSE_CO_CHECK(federation::check_expiry(invitation, services_.runtime.clock.wall_now()));
  const std::string zone = invitation.zone;
  if (zone == services_.config.name) {
    co_return fail(Code::invalid_argument, "the invitation is of this zone itself; use it in another one");
  }
  if (const PeerTable::Stored* known = services_.peers.find(zone);
      known != nullptr && known->record.state == PeerState::active &&
      known->record.membership == digest_of(invitation.secret)) {
    co_return known->record;
  }
  HANSE_CO_TRY(const AcceptanceAnswer answer, co_await ask(invitation));
  HANSE_CO_CHECK(co_await pin(std::move(invitation), answer.card));
  const PeerTable::Stored* pinned = services_.peers.find(zone);
  if (pinned == nullptr) co_return fail(Code::aborted, "zone '{}' was left while it was joined", zone);
  const Status confirmed = co_await confirm(*pinned);
  // Aborted: retry() was quicker.
  const bool open =
      !confirmed && (confirmed.error().code == Code::unavailable || confirmed.error().code == Code::aborted);
  if (!confirmed && !open) co_return fail(confirmed.error());
  if (open) log_.info("zone '{}' has not confirmed yet: {}", zone, confirmed.error().message);
  co_await settled(zone, open && confirmed.error().code == Code::aborted ? kOtherConfirmation : Nanos{0});
  const PeerTable::Stored* now = services_.peers.find(zone);
  if (now == nullptr) co_return fail(Code::aborted, "zone '{}' was left while it was joined", zone);
  federation::PeerRecord record = now->record;
  if (is_unconfirmed(record)) record.state = PeerState::joining;
  co_return record;
}

// Someone else confirms: what it has begun to write is here in a moment.
Task<void> Joining::settled(std::string zone, Nanos limit) {
  const MonotonicTime deadline = services_.runtime.clock.now() + limit;
  while (true) {
    const std::uint64_t seen = services_.peers.changes().version();
    const PeerTable::Stored* known = services_.peers.find(zone);
    const Nanos left = deadline - services_.runtime.clock.now();
    if (known == nullptr || !is_unconfirmed(known->record) || left <= Nanos{0}) co_return;
    co_await services_.peers.changes().changed_since(seen, left);
  }
}

Task<Status> Joining::leave(std::string zone) {
  const PeerTable::Stored* known = services_.peers.find(zone);
  if (known == nullptr) {
    co_return fail(Code::not_found, "zone '{}' is no peer; list those with 'hanse federation ls'", zone);
  }
  federation::PeerRecord record = known->record;
  if (record.state == PeerState::leaving) co_return Status();
  const WallTime now = services_.runtime.clock.wall_now();
  record.state = PeerState::leaving;
  record.since = to_rfc3339(now);
  record.expires_at = to_rfc3339(now + kFarewellTime);
  record.invitation.clear();
  // The peer may have heard the confirmation: then this is the membership that it knows, and if not, it knows
  // of the invitation.
  if (!record.confirming.empty()) record.membership = digest_of(record.confirming);
  record.confirming.clear();
  HANSE_CO_CHECK(co_await services_.peers.write(std::move(record), known->revision));
  services_.events.add("zone", zone, "PeerLeft", "this zone has left it; it has no rights here any more");
  co_return Status();
}

Task<Status> Joining::forget(std::string zone, std::string membership) {
  const PeerTable::Stored* known = services_.peers.find(zone);
  if (known == nullptr) co_return Status();
  const federation::PeerRecord& record = known->record;
  const bool named = !membership.empty() && !record.membership.empty();
  const bool of_newer = !record.confirming.empty() && membership == digest_of(record.confirming);
  if (named && !of_newer && membership != record.membership && membership != record.invitation) {
    log_.info("zone '{}' has left, as it says late: it has joined again since", zone);
    co_return Status();
  }
  if (!record.confirming.empty() && !of_newer) co_return co_await end_former(*known);
  HANSE_CO_CHECK(co_await services_.peers.erase(zone, known->revision));
  services_.events.add("zone", zone, "PeerLeft", "it has left; it has no rights here any more");
  log_.info("zone '{}' has left", zone);
  co_return Status();
}

// The peer has left what was before, while a newer invitation of its own is open: what comes of that one the
// answer to its confirmation tells.
Task<Status> Joining::end_former(PeerTable::Stored stored) {
  federation::PeerRecord& record = stored.record;
  record.state = PeerState::joining;
  record.membership = digest_of(record.confirming);
  record.invitation = std::exchange(record.confirming, {});
  co_return co_await services_.peers.write(std::move(record), stored.revision);
}

Task<Status> Joining::take_card(federation::SignedRecord record) {
  const PeerTable::Stored* known = services_.peers.find(record.owner);
  if (known == nullptr || known->record.state != PeerState::active)
    co_return fail(Code::not_found, "zone '{}' is no peer", record.owner);
  if (record.version <= known->record.card_version) co_return Status();
  HANSE_CO_TRY(const federation::ZoneCard card,
               federation::read_card(services_.cryptography.signatures, record, known->record.identity_key));
  if (card.identity_key != known->record.identity_key)
    co_return fail(Code::unauthenticated, "the card of zone '{}' names another key", card.zone);
  federation::PeerRecord changed = known->record;
  const bool news = federation::take_newer_card(changed, card, record.version);
  HANSE_CO_CHECK(co_await services_.peers.write(std::move(changed), known->revision));
  if (news)
    services_.events.add("zone", record.owner, "PeerCardChanged", "it has other CAs or another address");
  co_return Status();
}

Task<Status> Joining::take_leave(PeerTable::Stored leaving) {
  const federation::Peer& peer = leaving.peer;
  federation::PeerClient client(services_.runtime, peer, identity_);
  const auto told = co_await client.call(
      "DELETE", fmt::format("{}?membership={}", kMembershipPath, leaving.record.membership));
  // One that does not know us any more needs no farewell.
  const bool done =
      told || told.error().code == Code::unauthenticated || told.error().code == Code::permission_denied;
  if (!done) co_return fail(told.error());
  co_return co_await services_.peers.erase(peer.name, leaving.revision);
}

Task<void> Joining::retry() {
  const std::string now = to_rfc3339(services_.runtime.clock.wall_now());
  std::vector<std::string> due;
  for (const auto& [name, stored] : services_.peers.all())
    if (stored.record.state != PeerState::active || is_unconfirmed(stored.record)) due.push_back(name);
  for (const std::string& name : due) {
    const PeerTable::Stored* stored = services_.peers.find(name);
    if (stored == nullptr) continue;
    const PeerTable::Stored copy = *stored;
    const bool open = copy.record.state != PeerState::active || is_unconfirmed(copy.record);
    Status done;
    if (open && copy.record.expires_at < now) {
      done = co_await give_up(copy);
    } else if (is_unconfirmed(copy.record)) {
      done = co_await confirm(copy);
    } else if (copy.record.state == PeerState::leaving) {
      done = co_await take_leave(copy);
    }
    if (!done) log_.info("zone '{}' could not be told: {}", name, done.error().message);
  }
}

}  // namespace hanse::zone
