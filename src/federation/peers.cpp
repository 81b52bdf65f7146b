#include "federation/peers.h"

#include <set>

#include "base/json_mapping.h"
#include "base/toml.h"
#include "model/metadata.h"

namespace hanse::federation {
namespace {

struct PeerEntry {
  std::string name;
  std::string endpoint;
  std::string ca_file;
};
BOOST_DESCRIBE_STRUCT(PeerEntry, (), (name, endpoint, ca_file))
HANSE_DEFINE_READ_JSON(PeerEntry)

struct TrustFile {
  std::vector<PeerEntry> peers;
};
BOOST_DESCRIBE_STRUCT(TrustFile, (), (peers))
HANSE_DEFINE_READ_JSON(TrustFile)

}  // namespace

std::string zone_name_uri(const std::string& zone) {
  return "hanse://zone/" + zone;
}

std::string host_name_uri(const std::string& zone, const std::string& host) {
  return zone_name_uri(zone) + "/host/" + host;
}

Task<Result<Peer>> Peers::complete(Peer peer, std::string ca_file) {
  HANSE_CO_TRY(peer.ca_pem, co_await files_.read(ca_file, kSmallFileLimit));
  HANSE_CO_TRY(const CertificateInfo info, certificates_.read(peer.ca_pem));
  if (!info.is_authority) {
    co_return fail(Code::invalid_argument, "{} of peer '{}' holds no CA certificate", ca_file, peer.name);
  }
  peer.ca_fingerprint = info.fingerprint;
  co_return peer;
}

Task<Status> Peers::load(std::string path) {
  std::vector<Peer> peers;
  if (!path.empty()) {
    HANSE_CO_TRY(const std::string text, co_await files_.read(path, kSmallFileLimit));
    HANSE_CO_TRY(const TrustFile file, toml_text::read<TrustFile>(text, path));
    if (file.peers.size() > kMaxPeers) {
      co_return fail(Code::invalid_argument, "{} names {} peers; the limit is {}", path, file.peers.size(),
                     kMaxPeers);
    }
    std::set<std::string> names;
    for (const PeerEntry& entry : file.peers) {
      HANSE_CO_CHECK(model::check_name(entry.name, "/peers/name"));
      if (!names.insert(entry.name).second) {
        co_return fail(Code::invalid_argument, "{} names peer '{}' twice; remove one of the two", path,
                       entry.name);
      }
      HANSE_CO_TRY(Endpoint endpoint, parse_endpoint(entry.endpoint));
      Peer peer{.name = entry.name, .endpoint = std::move(endpoint)};
      HANSE_CO_TRY(peer, co_await complete(std::move(peer), entry.ca_file));
      peers.push_back(std::move(peer));
    }
  }
  replace(std::move(peers));
  co_return Status();
}

void Peers::replace(std::vector<Peer> peers) {
  peers_.clear();
  for (Peer& peer : peers) {
    std::string name = peer.name;
    peers_.emplace(std::move(name), std::move(peer));
  }
}

const Peer* Peers::find(const std::string& name) const {
  const auto found = peers_.find(name);
  return found == peers_.end() ? nullptr : &found->second;
}

std::vector<std::string> Peers::names() const {
  std::vector<std::string> names;
  for (const auto& [name, peer] : peers_) names.push_back(name);
  return names;
}

const Peer* Peers::identify(const PeerIdentity& identity) const {
  for (const auto& [name, peer] : peers_) {
    if (identity.name == zone_name_uri(name) && identity.issuer_fingerprint == peer.ca_fingerprint)
      return &peer;
  }
  return nullptr;
}

std::string Peers::ca_bundle() const {
  std::string bundle;
  for (const auto& [name, peer] : peers_) bundle += peer.ca_pem + "\n";
  return bundle;
}

}  // namespace hanse::federation
