#include "zone/peer_clients.h"

namespace hanse::zone {

Result<std::shared_ptr<federation::PeerClient>> PeerClients::get(const std::string& zone) {
  const federation::Peer* peer = peers_.find(zone);
  if (peer == nullptr) {
    return fail(Code::not_found,
                "zone '{}' is not one that this zone trusts; list those with 'hanse get zones'", zone);
  }
  auto& client = clients_[zone];
  if (!client) client = std::make_shared<federation::PeerClient>(runtime_, *peer, identity_);
  return client;
}

}  // namespace hanse::zone
