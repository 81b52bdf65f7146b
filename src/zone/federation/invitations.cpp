#include "zone/federation/invitations.h"

#include <boost/json.hpp>

#include "base/json_text.h"
#include "base/planted_bug.h"

namespace hanse::zone {
namespace {

constexpr char kInvitationsPrefix[] = "/invitations/";

std::string key_of_secret(Hashing& hashing, const std::string& secret) {
  return kInvitationsPrefix + federation::secret_digest(hashing, secret);
}

std::string digest_of_key(const std::string& key) {
  return key.substr(sizeof kInvitationsPrefix - 1);
}

// What the invitation has brought is here still: who heard no answer may ask again. A zone that has left, or
// was left, may not come back by what it used before.
bool is_in_use(const PeerTable::Stored* known, const std::string& digest) {
  if (known == nullptr) return false;
  const federation::PeerRecord& record = known->record;
  const bool counts =
      record.state == federation::PeerState::invited || record.state == federation::PeerState::active;
  return counts && (record.invitation == digest || record.membership == digest);
}

}  // namespace

Task<Result<std::string>> Invitations::invite(Seconds lifetime, std::string ca_fingerprint) {
  HANSE_CO_TRY(Endpoint endpoint, advertised_endpoint(services_.config));
  if (services_.store.list(kInvitationsPrefix, "", kMaxInvitations).entries.size() >= kMaxInvitations) {
    co_return fail(Code::resource_exhausted, "zone '{}' has {} invitations already; wait until some expire",
                   services_.config.name, kMaxInvitations);
  }
  const WallTime expires = services_.runtime.clock.wall_now() + lifetime;
  const federation::Invitation invitation{
      .zone = services_.config.name,
      .endpoint = std::move(endpoint),
      .expires_at = expires,
      .ca_fingerprint = std::move(ca_fingerprint),
      .secret = random_token(services_.runtime.random, federation::kSecretDigits)};
  Hashing& hashing = services_.cryptography.hashing;
  const std::string key = key_of_secret(hashing, invitation.secret);
  const InvitationRecord record{.expires_at = to_rfc3339(expires)};
  const auto written = co_await services_.store.transact(
      {.compares = {{key, store::kNoRevision}}, .writes = {{key, json::dump(to_json(record))}}});
  if (!written) co_return fail(written.error());
  co_return to_text(hashing, invitation);
}

Result<Invitations::Found> Invitations::find(const std::string& secret) const {
  const std::string key = key_of_secret(services_.cryptography.hashing, secret);
  const auto entry = services_.store.get(key);
  if (!entry) {
    return fail(Code::not_found,
                "zone '{}' knows no such invitation: it is wrong, or it expired long ago; ask for a new one",
                services_.config.name);
  }
  HANSE_TRY(InvitationRecord record, json::parse_as<InvitationRecord>(entry->value));
  return Found{std::move(record), key, entry->revision};
}

Status Invitations::check_use(const Found& invitation, const federation::ZoneCard& card) const {
  const InvitationRecord& record = invitation.record;
  const PeerTable::Stored* known = services_.peers.find(card.zone);
  constexpr bool kTakesUsed = kPlantedBug == PlantedBug::used_invitation_is_taken;
  constexpr bool kTakesLate = kTakesUsed || kPlantedBug == PlantedBug::late_acceptance_counts;
  const bool again =
      record.used_key == card.identity_key && (kTakesLate || is_in_use(known, digest_of_key(invitation.key)));
  if (!record.used_by.empty() && !again && !kTakesUsed) {
    return fail(Code::failed_precondition, "the invitation was used by zone '{}'; ask for a new one",
                record.used_by);
  }
  if (record.used_by.empty() && record.expires_at < to_rfc3339(services_.runtime.clock.wall_now())) {
    return fail(Code::failed_precondition, "the invitation expired at {}; ask for a new one",
                record.expires_at);
  }
  if (card.zone == services_.config.name) {
    return fail(Code::failed_precondition,
                "the other zone is called '{}' as this one is; zones need names "
                "of their own",
                card.zone);
  }
  if (known != nullptr && known->record.identity_key != card.identity_key) {
    return fail(Code::already_exists,
                "zone '{}' is a peer of zone '{}' already, with another key; leave that one first", card.zone,
                services_.config.name);
  }
  if (known == nullptr && services_.peers.all().size() >= federation::kMaxPeers) {
    return fail(Code::resource_exhausted, "zone '{}' has {} peers, which is the limit", services_.config.name,
                federation::kMaxPeers);
  }
  return {};
}

Task<Result<AcceptanceAnswer>> Invitations::accept(AcceptanceRequest request) {
  HANSE_CO_TRY(Found invitation, find(request.secret));
  HANSE_CO_TRY(const federation::ZoneCard card,
               federation::read_card(services_.cryptography.signatures, request.card, ""));
  HANSE_CO_CHECK(check_use(invitation, card));
  HANSE_CO_TRY(federation::SignedRecord own, services_.own_card.get());
  const PeerTable::Stored* known = services_.peers.find(card.zone);
  const WallTime now = services_.runtime.clock.wall_now();
  federation::PeerRecord record{.name = card.zone,
                                .state = federation::PeerState::invited,
                                .endpoint = card.endpoint,
                                .identity_key = card.identity_key,
                                .ca_pems = card.ca_pems,
                                .card_version = request.card.version,
                                .since = to_rfc3339(now),
                                .expires_at = to_rfc3339(now + kConfirmationTime),
                                .invitation = digest_of_key(invitation.key)};
  record.membership = record.invitation;
  // It may have left and forgotten what is pinned here still: it confirms by the new secret, and what it had
  // stays until then.
  if (known != nullptr && known->record.state == federation::PeerState::active) {
    const std::string secret = std::move(record.invitation);
    record = known->record;
    record.invitation = secret;
    // One that was cut off while it changed its CA joins again to be trusted again.
    federation::take_newer_card(record, card, request.card.version);
  }
  // This zone had accepted an invitation of the other at the same time, which may have confirmed it already:
  // the question stays open beside the new one, or one of the two would be a peer alone.
  if (known != nullptr && known->record.state == federation::PeerState::joining) {
    record.confirming = known->record.invitation;
    record.expires_at = known->record.expires_at;
  }
  if (known != nullptr && known->record.state == federation::PeerState::invited)
    record.confirming = known->record.confirming;
  invitation.record.used_by = card.zone;
  invitation.record.used_key = card.identity_key;
  store::Transaction use{.compares = {{invitation.key, invitation.revision}},
                         .writes = {{invitation.key, json::dump(to_json(invitation.record))}}};
  const store::Revision before = known == nullptr ? store::kNoRevision : known->revision;
  HANSE_CO_CHECK(co_await services_.peers.write(std::move(record), before, std::move(use)));
  log_.info("zone '{}' accepted an invitation", card.zone);
  co_return AcceptanceAnswer{std::move(own)};
}

Task<Status> Invitations::confirm(ConfirmationRequest request) {
  const PeerTable::Stored* known = services_.peers.find(request.zone);
  const std::string digest = federation::secret_digest(services_.cryptography.hashing, request.secret);
  if (known == nullptr || !equal_in_constant_time(known->record.invitation, digest)) {
    co_return fail(Code::not_found,
                   "zone '{}' has nothing to confirm here; begin again with a new invitation",
                   request.zone.substr(0, 64));
  }
  const bool again = known->record.state == federation::PeerState::active;
  if (again && known->record.membership == digest) co_return Status();
  if (!again && known->record.state != federation::PeerState::invited) {
    co_return fail(Code::failed_precondition, "zone '{}' has left zone '{}' meanwhile", services_.config.name,
                   request.zone);
  }
  federation::PeerRecord record = known->record;
  record.state = federation::PeerState::active;
  record.membership = digest;
  record.since = to_rfc3339(services_.runtime.clock.wall_now());
  if (record.confirming.empty()) record.expires_at.clear();
  HANSE_CO_CHECK(co_await services_.peers.write(std::move(record), known->revision));
  services_.events.add("zone", request.zone, "PeerJoined", "both zones have pinned each other's keys");
  log_.info("zone '{}' is a peer now", request.zone);
  co_return Status();
}

Task<Status> Invitations::clean_up() {
  const std::string now = to_rfc3339(services_.runtime.clock.wall_now() - kConfirmationTime);
  store::Transaction gone;
  for (const store::Entry& entry : services_.store.list(kInvitationsPrefix, "", kMaxInvitations).entries) {
    HANSE_CO_TRY(const InvitationRecord record, json::parse_as<InvitationRecord>(entry.value));
    if (record.expires_at >= now) continue;
    gone.compares.push_back({entry.key, entry.revision});
    gone.writes.push_back({entry.key, std::nullopt});
  }
  if (gone.writes.empty()) co_return Status();
  const auto removed = co_await services_.store.transact(std::move(gone));
  if (!removed) co_return fail(removed.error());
  co_return Status();
}

}  // namespace hanse::zone
