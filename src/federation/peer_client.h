// PeerClient: requests to one trusted zone over mutual TLS, as that zone's peer with its own rights. Thread:
// the loop. Failure: unavailable, deadline_exceeded, unauthenticated (not the pinned zone), and what the peer
// answers.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/json.h"
#include "federation/peers.h"
#include "federation/zone_identity.h"
#include "http/client.h"
#include "runtime/runtime.h"

namespace hanse::federation {

class PeerClient {
 public:
  PeerClient(Runtime& runtime, const Peer& peer, const ZoneIdentity& identity);

  Task<Result<json::Value>> call(std::string method, std::string path, std::optional<json::Value> body = {});
  // A status other than 2xx is no error.
  Task<Result<http::Response>> send(http::Request request);
  Task<Result<http::Response>> download(std::string path, http::BodySink sink);
  Task<Result<std::unique_ptr<Stream>>> upgrade(std::string path, std::string protocol);
  // With the identity's newest certificate, from the next connection on.
  void refresh();

 private:
  TlsOptions tls() const;

  Peer peer_;
  const ZoneIdentity& identity_;
  http::Client client_;
};

}  // namespace hanse::federation
