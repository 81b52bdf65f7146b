// Simulated TLS: nothing is encrypted, but identities are proved and trust is checked as TLS would do it.
//
// A certificate is the text "sim-cert name=<URI name> issuer=<fingerprint>", a CA certificate the text
// "sim-ca <fingerprint>"; either may stand among other lines. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/network.h"

namespace hanse::simulator {

std::string certificate_text(std::string_view name, std::string_view issuer_fingerprint);
std::string ca_text(std::string_view fingerprint);

// What a certificate text says of its holder; nothing when there is none.
std::optional<PeerIdentity> read_certificate(std::string_view pem);
bool trusts(std::string_view trusted_ca_pem, std::string_view fingerprint);

struct Handshake {
  std::optional<Error> client_error;  // connect() fails with it
  std::optional<Error> server_error;  // the server's first read or write fails with it
  PeerIdentity seen_by_client;
  PeerIdentity seen_by_server;
};

Handshake shake_hands(const std::optional<TlsOptions>& client, const std::optional<TlsOptions>& server);

}  // namespace hanse::simulator
