#include "federation/peers.h"

#include <algorithm>
#include <utility>

namespace hanse::federation {

std::string zone_name_uri(const std::string& zone) {
  return "hanse://zone/" + zone;
}

std::string host_name_uri(const std::string& zone, const std::string& host) {
  return zone_name_uri(zone) + "/host/" + host;
}

Result<Peer> peer_of(Certificates& certificates, const PeerRecord& record) {
  HANSE_TRY(Endpoint endpoint, parse_endpoint(record.endpoint));
  Peer peer{.name = record.name, .endpoint = std::move(endpoint), .identity_key = record.identity_key};
  for (const std::string& pem : record.ca_pems) {
    HANSE_TRY(const CertificateInfo info, certificates.read(pem));
    if (!info.is_authority)
      return fail(Code::invalid_argument, "zone '{}' gives a certificate as its CA that is none",
                  record.name);
    peer.ca_pem += pem + "\n";
    peer.ca_fingerprints.push_back(info.fingerprint);
  }
  return peer;
}

void Peers::replace(std::vector<Peer> peers) {
  ++version_;
  peers_.clear();
  names_.clear();
  for (Peer& peer : peers) {
    std::string name = peer.name;
    peers_.emplace(std::move(name), std::move(peer));
  }
  for (const auto& [name, peer] : peers_) names_.push_back(name);
}

const Peer* Peers::find(const std::string& name) const {
  const auto found = peers_.find(name);
  return found == peers_.end() ? nullptr : &found->second;
}

const Peer* Peers::identify(const PeerIdentity& identity) const {
  const std::string prefix = zone_name_uri("");
  if (!identity.name.starts_with(prefix)) return nullptr;
  const Peer* peer = find(identity.name.substr(prefix.size()));
  if (peer == nullptr) return nullptr;
  const auto& pinned = peer->ca_fingerprints;
  const bool proved = std::find(pinned.begin(), pinned.end(), identity.issuer_fingerprint) != pinned.end();
  return proved ? peer : nullptr;
}

std::string Peers::ca_bundle() const {
  std::string bundle;
  for (const auto& [name, peer] : peers_) bundle += peer.ca_pem;
  return bundle;
}

}  // namespace hanse::federation
