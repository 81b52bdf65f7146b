#include "federation/peer_client.h"

namespace hanse::federation {
namespace {

// A long-polled answer may take its time; a peer that is silent for longer is taken for gone.
constexpr Nanos kPeerResponseTimeout = Seconds{25};

http::ClientOptions options_of(const Peer& peer, TlsOptions tls) {
  return {.endpoint = peer.endpoint,
          .tls = std::move(tls),
          .user_agent = "hanse-zone",
          .response_timeout = kPeerResponseTimeout};
}

}  // namespace

PeerClient::PeerClient(Runtime& runtime, const Peer& peer, const ZoneIdentity& identity)
    : peer_(peer), identity_(identity), client_(runtime, options_of(peer, tls())) {}

TlsOptions PeerClient::tls() const {
  return {.certificate_pem = identity_.certificate().certificate_pem,
          .key_pem = identity_.certificate().key_pem,
          .trusted_ca_pem = peer_.ca_pem,
          .expected_name = zone_name_uri(peer_.name)};
}

void PeerClient::refresh() {
  client_.set_tls(tls());
}

Task<Result<json::Value>> PeerClient::call(std::string method, std::string path,
                                           std::optional<json::Value> body) {
  return client_.call_json(std::move(method), std::move(path), std::move(body));
}

Task<Result<http::Response>> PeerClient::send(http::Request request) {
  return client_.send(std::move(request));
}

Task<Result<http::Response>> PeerClient::download(std::string path, http::BodySink sink) {
  return client_.download(http::Request{.target = std::move(path)}, std::move(sink));
}

Task<Result<std::unique_ptr<Stream>>> PeerClient::upgrade(std::string path, std::string protocol) {
  return client_.upgrade(http::Request{.target = std::move(path)}, std::move(protocol));
}

}  // namespace hanse::federation
