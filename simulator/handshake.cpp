#include "simulator/handshake.h"

#include <charconv>

namespace hanse::simulator {
namespace {

constexpr std::string_view kCertificateMark = "sim-cert ";
constexpr std::string_view kAuthorityMark = "sim-ca ";
constexpr std::string_view kKeyMark = "sim-key ";

Error refusal(std::string message) {
  return Error{Code::unauthenticated, std::move(message)};
}

// The word that follows `key` in the line; empty when there is none.
std::string word_after(std::string_view line, std::string_view key) {
  const std::size_t begin = line.find(key);
  if (begin == std::string_view::npos) return "";
  const std::string_view rest = line.substr(begin + key.size());
  return std::string(rest.substr(0, rest.find_first_of(" \r\n")));
}

WallTime time_after(std::string_view line, std::string_view key, WallTime otherwise) {
  const std::string digits = word_after(line, key);
  std::int64_t nanos = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), nanos);
  return digits.empty() || failure != std::errc() ? otherwise : WallTime(Nanos(nanos));
}

bool trusts(std::string_view trusted_ca_pem, const CertificateText& certificate, WallTime now) {
  for (std::size_t at = trusted_ca_pem.find(kAuthorityMark); at != std::string_view::npos;
       at = trusted_ca_pem.find(kAuthorityMark, at + 1)) {
    const auto authority = read_certificate(trusted_ca_pem.substr(at));
    if (authority && authority->fingerprint == certificate.issuer && now < authority->not_after) return true;
  }
  return false;
}

// The pinned CA must be among what is shown, as in real TLS.
bool is_pinned(const std::string& fingerprint, std::string_view shown, const CertificateText& certificate,
               WallTime now) {
  return certificate.issuer == fingerprint && trusts(shown, certificate, now);
}

std::optional<std::string> fault_of(const CertificateText& certificate, const std::string& key_pem,
                                    bool trusted, WallTime now) {
  const std::string who = fmt::format("the certificate of '{}'", certificate.name);
  if (!trusted) return who + " is signed by no trusted CA";
  if (!certificate.key.empty() && !holds_key(key_pem, certificate.key)) return who + " is for another key";
  if (now < certificate.not_before || now >= certificate.not_after) return who + " is not valid now";
  return std::nullopt;
}

PeerIdentity identity_of(const CertificateText& certificate) {
  return PeerIdentity{.name = certificate.name, .issuer_fingerprint = certificate.issuer};
}

void check_server(const TlsOptions& client, const TlsOptions& server, WallTime now, Handshake& result) {
  const auto shown = read_certificate(server.certificate_pem);
  std::optional<std::string> fault = "the server has no certificate";
  if (shown) {
    const std::string& pinned = client.pinned_ca_fingerprint;
    const bool trusted = pinned.empty() ? trusts(client.trusted_ca_pem, *shown, now)
                                        : is_pinned(pinned, server.certificate_pem, *shown, now);
    fault = fault_of(*shown, server.key_pem, trusted, now);
  }
  if (!fault && shown && !client.expected_name.empty() && client.expected_name != shown->name)
    fault = fmt::format("the server is '{}' and not '{}'", shown->name, client.expected_name);
  if (fault) {
    result.client_error = refusal(*fault);
    result.server_error = refusal("the client refused the server's certificate");
  } else if (shown) {
    result.seen_by_client = identity_of(*shown);
  }
}

void check_client(const TlsOptions& client, const TlsOptions& server, WallTime now, Handshake& result) {
  const auto shown = read_certificate(client.certificate_pem);
  if (shown && !fault_of(*shown, client.key_pem, trusts(server.trusted_ca_pem, *shown, now), now)) {
    result.seen_by_server = identity_of(*shown);
  } else if (server.require_certificate) {
    result.server_error = refusal("the client has no certificate of a trusted CA");
  }
}

}  // namespace

std::string to_pem(const CertificateText& text) {
  const std::string times =
      fmt::format("key={} not_before={} not_after={}", text.key, since_epoch(text.not_before).count(),
                  since_epoch(text.not_after).count());
  if (text.is_authority)
    return fmt::format("{}{} {} cn={}\n", kAuthorityMark, text.fingerprint, times, text.name);
  return fmt::format("{}name={} issuer={} fingerprint={} {}\n", kCertificateMark, text.name, text.issuer,
                     text.fingerprint, times);
}

std::optional<CertificateText> read_certificate(std::string_view pem) {
  const std::size_t own = pem.find(kCertificateMark);
  const std::size_t authority = pem.find(kAuthorityMark);
  const std::size_t begin = std::min(own, authority);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view line = pem.substr(begin, pem.find('\n', begin) - begin);
  CertificateText text{.is_authority = authority < own,
                       .key = word_after(line, " key="),
                       .not_before = time_after(line, " not_before=", WallTime::min()),
                       .not_after = time_after(line, " not_after=", WallTime::max())};
  if (text.is_authority) {
    text.fingerprint = word_after(line, kAuthorityMark);
    text.issuer = text.fingerprint;
    const std::size_t name = line.find(" cn=");
    if (name != std::string_view::npos) text.name = line.substr(name + 4);
  } else {
    text.name = word_after(line, "name=");
    text.issuer = word_after(line, " issuer=");
    text.fingerprint = word_after(line, " fingerprint=");
    if (text.name.empty()) return std::nullopt;
  }
  if (text.issuer.empty()) return std::nullopt;
  return text;
}

std::string key_text(std::string_view key) {
  return fmt::format("{}{}\n", kKeyMark, key);
}

bool holds_key(std::string_view key_pem, std::string_view key) {
  return word_after(key_pem, kKeyMark) == key;
}

std::string certificate_text(std::string_view name, std::string_view issuer_fingerprint) {
  return fmt::format("{}name={} issuer={}\n", kCertificateMark, name, issuer_fingerprint);
}

std::string ca_text(std::string_view fingerprint) {
  return fmt::format("{}{}\n", kAuthorityMark, fingerprint);
}

Handshake shake_hands(const std::optional<TlsOptions>& client, const std::optional<TlsOptions>& server,
                      WallTime now) {
  Handshake result;
  if (client && !server) {
    result.client_error = refusal("the server does not speak TLS on this port");
  } else if (server && !client) {
    result.server_error = refusal("the client does not speak TLS");
  } else if (client && server) {
    check_server(*client, *server, now, result);
    if (!result.client_error) check_client(*client, *server, now, result);
  }
  return result;
}

Handshake judge_server(const TlsOptions& client, const TlsOptions& server, WallTime now) {
  Handshake result;
  check_server(client, server, now, result);
  return result;
}

Handshake judge_client(const TlsOptions& client, const TlsOptions& server, WallTime now) {
  Handshake result;
  check_client(client, server, now, result);
  return result;
}

}  // namespace hanse::simulator
