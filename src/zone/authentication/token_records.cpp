#include "zone/authentication/token_records.h"

#include <utility>
#include <vector>

#include "base/json_mapping.h"
#include "base/json_text.h"

namespace hanse::zone {
namespace {

constexpr char kTokensPrefix[] = "/tokens/";
constexpr char kLogin[] = "login";
constexpr std::string_view kRemedy = "ask the administrator for one, 'hanse token invite' makes it";

}  // namespace

HANSE_DEFINE_JSON(TokenRecord)

std::string TokenRecords::key_of(const std::string& token) const {
  const auto hash = hashing_.sha256();
  hash->update(as_bytes(token));
  return kTokensPrefix + hash->finish();
}

Result<TokenRecord> TokenRecords::find(const std::string& token) const {
  const auto entry = store_.get(key_of(token));
  if (!entry) return fail(Code::unauthenticated, "the token is not known here; {}", kRemedy);
  HANSE_TRY(const TokenRecord record, json::parse_as<TokenRecord>(entry->value));
  if (record.purpose != kLogin)
    return fail(Code::unauthenticated, "the token is not for this but for '{}'; {}", record.purpose, kRemedy);
  // RFC 3339 in UTC sorts as text.
  if (record.expires_at < to_rfc3339(runtime_.clock.wall_now()))
    return fail(Code::unauthenticated, "the token expired at {}; {}", record.expires_at, kRemedy);
  return record;
}

Task<Result<std::string>> TokenRecords::make_login(std::string subject, Seconds lifetime, int digits) {
  const std::string token = random_token(runtime_.random, digits);
  const TokenRecord record{.purpose = kLogin,
                           .subject = std::move(subject),
                           .expires_at = to_rfc3339(runtime_.clock.wall_now() + lifetime)};
  const std::string key = key_of(token);
  const auto made = co_await store_.transact(
      {.compares = {{key, store::kNoRevision}}, .writes = {{key, json::dump(to_json(record))}}});
  if (!made) co_return fail(made.error());
  co_return token;
}

Task<Result<std::string>> TokenRecords::use_login(std::string token) {
  HANSE_CO_TRY(const TokenRecord record, find(token));
  const std::string key = key_of(token);
  const auto entry = store_.get(key);
  if (!entry) co_return fail(Code::unauthenticated, "the login code is not known here");
  const auto used =
      co_await store_.transact({.compares = {{key, entry->revision}}, .writes = {{key, std::nullopt}}});
  if (!used && used.error().code == Code::aborted)
    co_return fail(Code::unauthenticated, "the login code was used by somebody else; ask for a new one");
  if (!used) co_return fail(used.error());
  co_return record.subject;
}

Task<Status> TokenRecords::clean_up() {
  const std::string limit = to_rfc3339(runtime_.clock.wall_now() - kKeepExpired);
  std::string after;
  for (bool more = true; more;) {
    const store::Page page = store_.list(kTokensPrefix, after, store::kMaxWritesPerTransaction);
    store::Transaction transaction;
    for (const store::Entry& entry : page.entries) {
      const auto record = json::parse_as<TokenRecord>(entry.value);
      if (record && record->expires_at < limit) transaction.writes.push_back({entry.key, std::nullopt});
    }
    if (!transaction.writes.empty()) {
      const auto removed = co_await store_.transact(std::move(transaction));
      if (!removed) co_return fail(removed.error());
    }
    more = page.more;
    if (more) after = page.entries.back().key;
  }
  co_return Status();
}

}  // namespace hanse::zone
