#include "zone/authentication.h"

#include "base/json_mapping.h"

namespace hanse::zone {
namespace {

constexpr int kTokenDigits = 64;  // 256 bits
constexpr std::string_view kBearer = "Bearer ";
constexpr char kNever[] = "9999-12-31T23:59:59.000Z";
constexpr char kApi[] = "api";
constexpr char kEnrolment[] = "enrolment";

}  // namespace

HANSE_DEFINE_JSON(TokenRecord)

Authentication::Authentication(Runtime& runtime, store::Store& store, Hashing& hashing,
                               const federation::Peers& peers, const federation::ZoneIdentity& identity,
                               std::string zone)
    : runtime_(runtime),
      store_(store),
      hashing_(hashing),
      peers_(peers),
      identity_(identity),
      zone_(std::move(zone)) {}

std::string Authentication::key_of(const std::string& token) const {
  const auto hash = hashing_.sha256();
  hash->update(as_bytes(token));
  return "/tokens/" + hash->finish();
}

void Authentication::set_admin_token(const std::string& token) {
  admin_token_digest_ = key_of(token);
}

Task<Status> Authentication::add_configured_enrolment_token(std::string token) {
  const TokenRecord record{.purpose = kEnrolment, .expires_at = kNever};
  const std::string key = key_of(token);
  // Used ones stay as such, so that a restart does not make them good again.
  const auto added = co_await store_.transact(
      {.compares = {{key, store::kNoRevision}}, .writes = {{key, json::dump(to_json(record))}}});
  if (!added && added.error().code != Code::aborted) co_return fail(added.error());
  co_return Status();
}

Result<TokenRecord> Authentication::find(const std::string& token, const std::string& purpose) const {
  const auto entry = store_.get(key_of(token));
  if (!entry)
    return fail(Code::unauthenticated, "the token is not known here; make one with 'hanse token create'");
  HANSE_TRY(const json::Value value, json::parse(entry->value));
  HANSE_TRY(const TokenRecord record, json::from_json<TokenRecord>(value));
  if (record.purpose != purpose) {
    return fail(Code::unauthenticated,
                "the token is not for this; 'hanse token' makes those for users and those for hosts");
  }
  // RFC 3339 in UTC sorts as text.
  if (record.expires_at < to_rfc3339(runtime_.clock.wall_now())) {
    return fail(Code::unauthenticated, "the token expired at {}; make a new one with 'hanse token create'",
                record.expires_at);
  }
  return record;
}

Result<Caller> Authentication::identify(const http::Request& request) const {
  if (const auto header = request.headers.find("authorization")) {
    if (!header->starts_with(kBearer)) {
      return fail(Code::unauthenticated, "the authorization header must be 'Bearer <token>'");
    }
    const std::string token(header->substr(kBearer.size()));
    if (!admin_token_digest_.empty() && equal_in_constant_time(key_of(token), admin_token_digest_)) {
      return Caller{CallerKind::user, "admin"};
    }
    HANSE_TRY(const TokenRecord record, find(token, kApi));
    return Caller{CallerKind::user, record.subject};
  }
  const PeerIdentity& peer = request.peer;
  if (const federation::Peer* zone = peers_.identify(peer)) return Caller{CallerKind::peer, zone->name};
  const std::string host_prefix = federation::host_name_uri(zone_, "");
  if (identity_.is_own(peer.issuer_fingerprint) && peer.name.starts_with(host_prefix)) {
    return Caller{CallerKind::host, peer.name.substr(host_prefix.size())};
  }
  return Caller{};
}

Task<Result<std::string>> Authentication::make(std::string purpose, std::string subject, Seconds lifetime) {
  if (lifetime < Seconds{1} || lifetime > kMaxTokenLifetime) {
    co_return fail_field("/expiresInSeconds", "/expiresInSeconds must be from 1 to {}",
                         kMaxTokenLifetime.count());
  }
  const std::string token = random_token(runtime_.random, kTokenDigits);
  const TokenRecord record{.purpose = std::move(purpose),
                           .subject = std::move(subject),
                           .expires_at = to_rfc3339(runtime_.clock.wall_now() + lifetime)};
  const std::string key = key_of(token);
  const auto made = co_await store_.transact(
      {.compares = {{key, store::kNoRevision}}, .writes = {{key, json::dump(to_json(record))}}});
  if (!made) co_return fail(made.error());
  co_return token;
}

Task<Result<std::string>> Authentication::make_token(std::string subject, Seconds lifetime) {
  return make(kApi, std::move(subject), lifetime);
}

Task<Result<std::string>> Authentication::make_enrolment_token(Seconds lifetime) {
  return make(kEnrolment, "", lifetime);
}

Task<Status> Authentication::use_enrolment_token(std::string token, std::string host) {
  HANSE_CO_TRY(TokenRecord record, find(token, kEnrolment));
  if (!record.subject.empty()) {
    co_return fail(Code::unauthenticated,
                   "the enrolment token was used by host '{}'; make a new one with 'hanse token enrol'",
                   record.subject);
  }
  const std::string key = key_of(token);
  const auto entry = store_.get(key);
  if (!entry) co_return fail(Code::unauthenticated, "the enrolment token is not known here");
  record.subject = std::move(host);
  const auto used = co_await store_.transact(
      {.compares = {{key, entry->revision}}, .writes = {{key, json::dump(to_json(record))}}});
  if (!used && used.error().code == Code::aborted) {
    co_return fail(Code::unauthenticated, "the enrolment token was used by another host; make a new one");
  }
  if (!used) co_return fail(used.error());
  co_return Status();
}

}  // namespace hanse::zone
