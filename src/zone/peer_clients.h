// PeerClients: one client for each trusted zone, made when first asked for. Thread: the loop. Failure:
// not_found for a zone that is not trusted.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "federation/peer_client.h"

namespace hanse::zone {

class PeerClients {
 public:
  PeerClients(Runtime& runtime, const federation::Peers& peers, const federation::ZoneIdentity& identity)
      : runtime_(runtime), peers_(peers), identity_(identity) {}

  // shared: a request under way outlives a change of the trust file.
  Result<std::shared_ptr<federation::PeerClient>> get(const std::string& zone);
  // After the trust file or this zone's certificate has changed.
  void reset() { clients_.clear(); }

 private:
  Runtime& runtime_;
  const federation::Peers& peers_;
  const federation::ZoneIdentity& identity_;
  std::map<std::string, std::shared_ptr<federation::PeerClient>> clients_;
};

}  // namespace hanse::zone
