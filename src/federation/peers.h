// Peers: the zones that this one trusts now, and whose certificate proves which. Trust is pairwise, never
// transitive. The zone's membership fills it from its store; everybody else reads. Thread: the loop.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "federation/peer_record.h"
#include "runtime/certificates.h"
#include "runtime/network.h"

namespace hanse::federation {

inline constexpr std::size_t kMaxPeers = 2000;
// The common name of a CA is "Hanse zone <zone>", and X.509 allows 64 characters.
inline constexpr std::size_t kMaxZoneName = 53;

struct Peer {
  std::string name;
  Endpoint endpoint;
  std::string identity_key;
  std::string ca_pem;                        // all of its CAs, as one PEM text
  std::vector<std::string> ca_fingerprints;  // SHA-256 of each
  bool operator==(const Peer&) const = default;
};

// The names that certificates carry.
std::string zone_name_uri(const std::string& zone);  // hanse://zone/<zone>
std::string host_name_uri(const std::string& zone,
                          const std::string& host);  // hanse://zone/<zone>/host/<host>

// The common name of each of the zone's CAs. Nobody else's has it, so that a chain is never looked for at
// another zone's CA.
std::string authority_name(const std::string& zone);  // "Hanse zone <zone>"
// Errors: invalid_argument for what is no name, or one that no CA can carry.
Status check_zone_name(const std::string& zone, const std::string& pointer);

// Errors: invalid_argument for certificates that are no CA's of this zone, or an endpoint that cannot be
// read.
Result<Peer> peer_of(Certificates& certificates, const PeerRecord& record);

class Peers {
 public:
  void replace(std::vector<Peer> peers);

  // Another one after each replace().
  std::uint64_t version() const { return version_; }
  const Peer* find(const std::string& name) const;
  const std::vector<std::string>& names() const { return names_; }  // in order
  // Which peer this identity proves: the name of a zone, signed by a CA that is pinned for it and no other.
  const Peer* identify(const PeerIdentity& identity) const;
  // All pinned CA certificates, as one PEM text.
  std::string ca_bundle() const;

 private:
  std::map<std::string, Peer> peers_;
  std::vector<std::string> names_;
  std::uint64_t version_ = 0;
};

}  // namespace hanse::federation
