#include "federation/invitation.h"

#include <charconv>
#include <vector>

#include "federation/peers.h"

namespace hanse::federation {
namespace {

constexpr std::size_t kParts = 7;
constexpr std::size_t kMaxInvitationText = 1024;
constexpr std::size_t kCheckDigits = 16;

std::string_view mark_of(InvitationKind kind) {
  return kind == InvitationKind::zone ? "hanse-join-1" : "hanse-host-1";
}

std::string_view maker_of(InvitationKind kind) {
  return kind == InvitationKind::zone ? "hanse federation invite" : "hanse host invite";
}

std::string check_digits(Hashing& hashing, std::string_view text) {
  return secret_digest(hashing, text).substr(0, kCheckDigits);
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

std::string secret_digest(Hashing& hashing, std::string_view secret) {
  const auto hash = hashing.sha256();
  hash->update(as_bytes(secret));
  return hash->finish();
}

std::string to_text(Hashing& hashing, const Invitation& invitation) {
  const auto expires = std::chrono::duration_cast<Seconds>(since_epoch(invitation.expires_at));
  const std::string text = fmt::format("{},{},{},{},{},{}", mark_of(invitation.kind), invitation.zone,
                                       to_string(invitation.endpoint), expires.count(),
                                       invitation.ca_fingerprint, invitation.secret);
  return text + "," + check_digits(hashing, text);
}

Result<Invitation> read_invitation(Hashing& hashing, std::string_view text, InvitationKind wanted) {
  text = trimmed(text);
  const std::string mark = std::string(mark_of(wanted)) + ",";
  if (!text.starts_with(mark)) {
    return fail(Code::invalid_argument, "this is no invitation: one of '{}' begins with {}", maker_of(wanted),
                mark);
  }
  const Error altered{
      Code::invalid_argument,
      "the invitation was altered or cut on its way: its check digits do not fit; copy all of it"};
  const std::vector<std::string> parts = split(text.substr(0, kMaxInvitationText));
  if (text.size() > kMaxInvitationText || parts.size() != kParts) return fail(altered);
  const std::string_view body = text.substr(0, text.rfind(','));
  if (check_digits(hashing, body) != parts[6]) return fail(altered);
  std::int64_t expires = 0;
  const auto [end, failure] = std::from_chars(parts[3].data(), parts[3].data() + parts[3].size(), expires);
  const auto endpoint = parse_endpoint(parts[2]);
  constexpr std::int64_t kLatest = 10'000'000'000;  // the year 2286
  const bool good = failure == std::errc() && expires > 0 && expires < kLatest &&
                    end == parts[3].data() + parts[3].size() && endpoint && !parts[4].empty();
  if (!good) return fail(altered);
  // Its check digits fit: it was made so.
  HANSE_CHECK(check_zone_name(parts[1], ""));
  return Invitation{.kind = wanted,
                    .zone = parts[1],
                    .endpoint = *endpoint,
                    .expires_at = WallTime(Seconds(expires)),
                    .ca_fingerprint = parts[4],
                    .secret = parts[5]};
}

Status check_expiry(const Invitation& invitation, WallTime now) {
  if (now <= invitation.expires_at) return {};
  return fail(Code::invalid_argument, "the invitation of zone '{}' expired at {}; ask for a new one",
              invitation.zone, to_rfc3339(invitation.expires_at));
}

}  // namespace hanse::federation
