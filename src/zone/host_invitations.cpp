#include "zone/host_invitations.h"

#include <utility>

#include "base/json_mapping.h"
#include "base/json_text.h"
#include "federation/invitation.h"
#include "zone/federation/own_card.h"

namespace hanse::zone {
namespace {

constexpr char kHostInvitationsPrefix[] = "/host-invitations/";
constexpr std::string_view kInviteRemedy = "make a new one with 'hanse host invite'";

}  // namespace

HANSE_DEFINE_JSON(HostInvitationRecord)

Task<Result<std::string>> HostInvitations::make(std::string host, Seconds lifetime,
                                                std::string ca_fingerprint) {
  if (lifetime < Seconds{1} || lifetime > kMaxHostInvitationLifetime) {
    co_return fail_field("/expiresInSeconds", "/expiresInSeconds must be from 1 to {}",
                         kMaxHostInvitationLifetime.count());
  }
  HANSE_CO_TRY(Endpoint endpoint, advertised_endpoint(config_));
  if (kept_ >= kMaxHostInvitations) {
    HANSE_CO_CHECK(co_await clean_up());
  }
  if (kept_ >= kMaxHostInvitations) {
    co_return fail(Code::resource_exhausted, "zone '{}' has {} tokens for hosts; wait until some expire",
                   config_.name, kMaxHostInvitations);
  }
  const WallTime expires = runtime_.clock.wall_now() + lifetime;
  const federation::Invitation invitation{.kind = federation::InvitationKind::host,
                                          .zone = config_.name,
                                          .endpoint = std::move(endpoint),
                                          .expires_at = expires,
                                          .ca_fingerprint = std::move(ca_fingerprint),
                                          .secret = random_token(runtime_.random, federation::kSecretDigits)};
  const HostInvitationRecord record{.host = std::move(host), .expires_at = to_rfc3339(expires)};
  const std::string key = kHostInvitationsPrefix + federation::secret_digest(hashing_, invitation.secret);
  const auto made = co_await store_.transact(
      {.compares = {{key, store::kNoRevision}}, .writes = {{key, json::dump(to_json(record))}}});
  if (!made) co_return fail(made.error());
  ++kept_;
  co_return to_text(hashing_, invitation);
}

Result<HostInvitations::Found> HostInvitations::find(const std::string& secret) const {
  std::string key = kHostInvitationsPrefix + federation::secret_digest(hashing_, secret);
  const auto entry = store_.get(key);
  if (!entry) {
    return fail(Code::unauthenticated,
                "zone '{}' knows no such token: it is wrong, or it expired long ago; {}", config_.name,
                kInviteRemedy);
  }
  HANSE_TRY(HostInvitationRecord record, json::parse_as<HostInvitationRecord>(entry->value));
  return Found{std::move(record), std::move(key), entry->revision};
}

Status HostInvitations::check_open(const Found& invitation) const {
  // RFC 3339 in UTC sorts as text.
  if (invitation.record.expires_at >= to_rfc3339(runtime_.clock.wall_now())) return {};
  return fail(Code::unauthenticated, "the token expired at {}; {}", invitation.record.expires_at,
              kInviteRemedy);
}

Status HostInvitations::check_again(const Found& invitation, const std::string& request_pem,
                                    const std::string& host_uid) const {
  const HostInvitationRecord& record = invitation.record;
  const bool same = equal_in_constant_time(record.request, federation::secret_digest(hashing_, request_pem));
  if (!same)
    return fail(Code::unauthenticated, "the token was used for host '{}' already; {}", record.host,
                kInviteRemedy);
  if (host_uid == record.host_uid) return {};
  return fail(Code::unauthenticated, "the token was used for host '{}', which was deleted since; {}",
              record.host, kInviteRemedy);
}

store::Transaction HostInvitations::use(Found invitation, const std::string& request_pem,
                                        std::string host_uid) const {
  invitation.record.request = federation::secret_digest(hashing_, request_pem);
  invitation.record.host_uid = std::move(host_uid);
  return {.compares = {{invitation.key, invitation.revision}},
          .writes = {{invitation.key, json::dump(to_json(invitation.record))}}};
}

Task<Status> HostInvitations::clean_up() {
  const std::string limit = to_rfc3339(runtime_.clock.wall_now() - kKeepHostInvitation);
  std::size_t kept = 0;
  std::string after;
  for (bool more = true; more;) {
    const store::Page page = store_.list(kHostInvitationsPrefix, after, store::kMaxWritesPerTransaction);
    store::Transaction gone;
    for (const store::Entry& entry : page.entries) {
      const auto record = json::parse_as<HostInvitationRecord>(entry.value);
      if (record && record->expires_at < limit) gone.writes.push_back({entry.key, std::nullopt});
    }
    kept += page.entries.size() - gone.writes.size();
    if (!gone.writes.empty()) {
      const auto removed = co_await store_.transact(std::move(gone));
      if (!removed) co_return fail(removed.error());
    }
    more = page.more;
    if (more) after = page.entries.back().key;
  }
  kept_ = kept;
  co_return Status();
}

}  // namespace hanse::zone
