#include "federation/peers.h"

#include <algorithm>
#include <utility>

#include "model/metadata.h"

namespace hanse::federation {
namespace {

// One certificate alone: what follows the first would be trusted without having been looked at.
bool is_single(const std::string& pem) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  const std::size_t first = pem.find(kBegin);
  return first == std::string::npos || pem.find(kBegin, first + 1) == std::string::npos;
}

Result<CertificateInfo> read_authority(Certificates& certificates, const std::string& zone,
                                       const std::string& pem) {
  if (!is_single(pem))
    return fail(Code::invalid_argument, "zone '{}' gives several certificates as one CA", zone);
  HANSE_TRY(CertificateInfo info, certificates.read(pem));
  if (!info.is_authority)
    return fail(Code::invalid_argument, "zone '{}' gives a certificate as its CA that is none", zone);
  if (info.common_name != authority_name(zone)) {
    return fail(Code::invalid_argument, "zone '{}' gives a CA of '{}' as its own; its name must be '{}'",
                zone, info.common_name, authority_name(zone));
  }
  return info;
}

}  // namespace

std::string zone_name_uri(const std::string& zone) {
  return "hanse://zone/" + zone;
}

std::string host_name_uri(const std::string& zone, const std::string& host) {
  return zone_name_uri(zone) + "/host/" + host;
}

std::string authority_name(const std::string& zone) {
  return "Hanse zone " + zone;
}

Status check_zone_name(const std::string& zone, const std::string& pointer) {
  HANSE_CHECK(model::check_name(zone, pointer));
  if (zone.size() <= kMaxZoneName) return {};
  return fail_field(pointer,
                    "the name '{}' has {} characters; a zone's may have {}, since its certificates carry it",
                    zone, zone.size(), kMaxZoneName);
}

Result<Peer> peer_of(Certificates& certificates, const PeerRecord& record) {
  HANSE_TRY(Endpoint endpoint, parse_endpoint(record.endpoint));
  Peer peer{.name = record.name, .endpoint = std::move(endpoint), .identity_key = record.identity_key};
  for (const std::string& pem : record.ca_pems) {
    HANSE_TRY(const CertificateInfo info, read_authority(certificates, record.name, pem));
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
