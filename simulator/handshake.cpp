#include "simulator/handshake.h"

namespace hanse::simulator {
namespace {

Error refusal(std::string message) {
  return Error{Code::unauthenticated, std::move(message)};
}

// The word that follows `key` in a line of its own kind.
std::string word_after(std::string_view text, std::string_view key) {
  const std::size_t begin = text.find(key);
  if (begin == std::string_view::npos) return "";
  const std::string_view rest = text.substr(begin + key.size());
  return std::string(rest.substr(0, rest.find_first_of(" \r\n")));
}

std::optional<Error> check_server(const TlsOptions& client, const TlsOptions& server,
                                  std::optional<PeerIdentity>& identity) {
  identity = read_certificate(server.certificate_pem);
  if (!identity) return refusal("the server has no certificate");
  if (!trusts(client.trusted_ca_pem, identity->issuer_fingerprint))
    return refusal(fmt::format("the certificate of '{}' is signed by no trusted CA", identity->name));
  if (!client.expected_name.empty() && client.expected_name != identity->name)
    return refusal(fmt::format("the server is '{}' and not '{}'", identity->name, client.expected_name));
  return std::nullopt;
}

}  // namespace

std::string certificate_text(std::string_view name, std::string_view issuer_fingerprint) {
  return fmt::format("sim-cert name={} issuer={}\n", name, issuer_fingerprint);
}

std::string ca_text(std::string_view fingerprint) {
  return fmt::format("sim-ca {}\n", fingerprint);
}

std::optional<PeerIdentity> read_certificate(std::string_view pem) {
  const std::size_t begin = pem.find("sim-cert ");
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view line = pem.substr(begin, pem.find('\n', begin) - begin);
  PeerIdentity identity{.name = word_after(line, "name="), .issuer_fingerprint = word_after(line, "issuer=")};
  if (identity.name.empty() || identity.issuer_fingerprint.empty()) return std::nullopt;
  return identity;
}

bool trusts(std::string_view trusted_ca_pem, std::string_view fingerprint) {
  constexpr std::string_view kMark = "sim-ca ";
  for (std::size_t at = trusted_ca_pem.find(kMark); at != std::string_view::npos;
       at = trusted_ca_pem.find(kMark, at + 1)) {
    if (word_after(trusted_ca_pem.substr(at), kMark) == fingerprint) return true;
  }
  return false;
}

Handshake shake_hands(const std::optional<TlsOptions>& client, const std::optional<TlsOptions>& server) {
  Handshake result;
  if (client.has_value() != server.has_value()) {
    if (client) result.client_error = refusal("the server does not speak TLS on this port");
    if (server) result.server_error = refusal("the client does not speak TLS");
    return result;
  }
  if (!client || !server) return result;
  std::optional<PeerIdentity> server_identity;
  result.client_error = check_server(*client, *server, server_identity);
  if (result.client_error) {
    result.server_error = refusal("the client refused the server's certificate");
    return result;
  }
  result.seen_by_client = server_identity.value_or(PeerIdentity());
  const std::optional<PeerIdentity> shown = read_certificate(client->certificate_pem);
  if (shown && trusts(server->trusted_ca_pem, shown->issuer_fingerprint)) {
    result.seen_by_server = *shown;
  } else if (server->require_certificate) {
    result.server_error = refusal("the client has no certificate of a trusted CA");
  }
  return result;
}

}  // namespace hanse::simulator
