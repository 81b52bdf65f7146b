// Simulated TLS: nothing is encrypted, but identities are proved and trust is checked as TLS would do it.
//
// A certificate is one line, "sim-cert name=<URI name> issuer=<fingerprint>", with more fields where it was
// made by SimulatedCertificates; a CA certificate is the line "sim-ca <fingerprint>"; a key is the line
// "sim-key <id>". Each may stand among other lines. A field that is missing is not checked. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/clock.h"
#include "runtime/network.h"

namespace hanse::simulator {

struct CertificateText {
  bool is_authority = false;
  std::string name = {};  // the URI name, or the CA's common name
  std::string fingerprint = {};
  std::string issuer = {};  // fingerprint
  std::string key = {};
  WallTime not_before = WallTime::min();
  WallTime not_after = WallTime::max();
};

std::string to_pem(const CertificateText& text);
// The first certificate in the text; nothing when there is none.
std::optional<CertificateText> read_certificate(std::string_view pem);
std::string key_text(std::string_view key);
bool holds_key(std::string_view key_pem, std::string_view key);

// For tests: a certificate and a CA that never expire and need no key.
std::string certificate_text(std::string_view name, std::string_view issuer_fingerprint);
std::string ca_text(std::string_view fingerprint);

struct Handshake {
  std::optional<Error> client_error = {};  // connect() fails with it
  std::optional<Error> server_error = {};  // the server's first read or write fails with it
  PeerIdentity seen_by_client = {};
  PeerIdentity seen_by_server = {};
};

// `now` is the true time: processes with wrong clocks still agree on what has expired.
Handshake shake_hands(const std::optional<TlsOptions>& client, const std::optional<TlsOptions>& server,
                      WallTime now);
// One side's judgement alone, which knows of the other only certificate and key.
Handshake judge_server(const TlsOptions& client, const TlsOptions& server, WallTime now);
Handshake judge_client(const TlsOptions& client, const TlsOptions& server, WallTime now);

}  // namespace hanse::simulator
