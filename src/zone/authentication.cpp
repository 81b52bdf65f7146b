#include "zone/authentication.h"

#include <utility>

namespace hanse::zone {
namespace {

constexpr int kLoginCodeDigits = 24;  // 96 bits: good once and for days at most, and typed by people
constexpr std::string_view kBearer = "Bearer ";

Status check_lifetime(Seconds lifetime, Seconds most) {
  if (lifetime >= Seconds{1} && lifetime <= most) return {};
  return fail_field("/expiresInSeconds", "/expiresInSeconds must be from 1 to {}", most.count());
}

// Subjects of other issuers have a colon.
Status check_subject(const std::string& subject) {
  const bool good = is_subject(subject) && subject != "*" && subject.find(':') == std::string::npos;
  if (good) return {};
  return fail_field("/subject", "/subject must be 1 to {} printable characters without spaces and colons",
                    kMaxSubject);
}

}  // namespace

Authentication::Authentication(Runtime& runtime, store::Store& store, Cryptography cryptography,
                               const federation::Peers& peers, const federation::ZoneIdentity& identity,
                               const ZoneConfig& config)
    : runtime_(runtime),
      peers_(peers),
      identity_(identity),
      zone_(config.name),
      records_(runtime, store, cryptography.hashing),
      local_(runtime, cryptography.signatures, config.name, config.data_dir),
      issuers_(runtime, cryptography.web_keys, config.issuers) {}

Task<Status> Authentication::start() {
  HANSE_CO_CHECK(co_await local_.load_or_create());
  HANSE_CO_CHECK(co_await records_.clean_up());
  co_return issuers_.start();
}

void Authentication::set_admin_token(const std::string& token) {
  admin_token_key_ = records_.key_of(token);
}

Result<Caller> Authentication::identify(const http::Request& request) const {
  if (const auto header = request.headers.find("authorization")) {
    if (!header->starts_with(kBearer)) {
      return fail(Code::unauthenticated, "the authorization header must be 'Bearer <token>'");
    }
    return identify_bearer(std::string(header->substr(kBearer.size())));
  }
  const PeerIdentity& peer = request.peer;
  if (const federation::Peer* zone = peers_.identify(peer)) return Caller{CallerKind::peer, zone->name};
  const std::string host_prefix = federation::host_name_uri(zone_, "");
  if (identity_.is_own(peer.issuer_fingerprint) && peer.name.starts_with(host_prefix)) {
    return Caller{CallerKind::host, peer.name.substr(host_prefix.size())};
  }
  return Caller{};
}

Result<Caller> Authentication::identify_bearer(const std::string& token) const {
  const std::string key = records_.key_of(token);
  if (!admin_token_key_.empty() && equal_in_constant_time(key, admin_token_key_))
    return Caller{.kind = CallerKind::user, .name = kAdministrator, .administrator = true};
  if (codec::looks_like_json_web_token(token)) return identify_signed(token, key);
  return fail(Code::unauthenticated, "the token is not known here; log in with 'hanse login'");
}

// Null when it must be verified: it was not, or it is expired, or keys have changed.
const Caller* Authentication::find_verified(const std::string& key) const {
  if (verified_generation_ != issuers_.generation()) {
    verified_.clear();
    verified_generation_ = issuers_.generation();
  }
  const auto known = verified_.find(key);
  if (known == verified_.end()) return nullptr;
  if (known->second.expires_at > runtime_.clock.wall_now()) return &known->second;
  verified_.erase(known);
  return nullptr;
}

Result<Caller> Authentication::identify_signed(const std::string& token, const std::string& key) const {
  if (const Caller* known = find_verified(key)) return *known;
  HANSE_TRY(const codec::JsonWebToken parts, codec::parse_json_web_token(token));
  HANSE_TRY(Caller caller, local_.issued(parts) ? local_.identify(parts) : issuers_.identify(parts));
  if (verified_.size() >= kMaxVerified) verified_.clear();
  verified_.insert_or_assign(key, caller);
  return caller;
}

Task<void> Authentication::prepare(std::string authorization) {
  if (!authorization.starts_with(kBearer)) co_return;
  const std::string token = authorization.substr(kBearer.size());
  if (!codec::looks_like_json_web_token(token) || find_verified(records_.key_of(token)) != nullptr) co_return;
  auto parts = codec::parse_json_web_token(token);
  if (parts) co_await issuers_.prepare(std::move(*parts));
}

Result<std::string> Authentication::make_token(const std::string& subject, Seconds lifetime) const {
  HANSE_CHECK(check_subject(subject));
  HANSE_CHECK(check_lifetime(lifetime, kMaxTokenLifetime));
  return local_.issue(subject, lifetime);
}

Task<Result<std::string>> Authentication::make_login_code(std::string subject, Seconds lifetime) {
  HANSE_CO_CHECK(check_subject(subject));
  HANSE_CO_CHECK(check_lifetime(lifetime, kMaxLoginCodeLifetime));
  co_return co_await records_.make_login(std::move(subject), lifetime, kLoginCodeDigits);
}

Task<Result<std::string>> Authentication::use_login_code(std::string code, Seconds lifetime) {
  HANSE_CO_CHECK(check_lifetime(lifetime, kMaxTokenLifetime));
  HANSE_CO_TRY(const std::string subject, co_await records_.use_login(std::move(code)));
  co_return local_.issue(subject, lifetime);
}

}  // namespace hanse::zone
