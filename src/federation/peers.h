// Peers: the zones that this one trusts, from the trust file, and whose certificate proves which. Trust is
// pairwise, never transitive.
//
// The file is TOML: [[peers]] with name, endpoint, ca_file, member_state (optional). Reading it again
// replaces all. Thread: the loop.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "runtime/certificates.h"
#include "runtime/files.h"
#include "runtime/network.h"

namespace hanse::federation {

inline constexpr std::size_t kMaxPeers = 1000;

struct Peer {
  std::string name;
  Endpoint endpoint;
  std::string ca_pem;
  std::string ca_fingerprint;  // SHA-256 of the CA certificate
};

// The names that certificates carry.
std::string zone_name_uri(const std::string& zone);  // hanse://zone/<zone>
std::string host_name_uri(const std::string& zone,
                          const std::string& host);  // hanse://zone/<zone>/host/<host>

class Peers {
 public:
  Peers(Files& files, Certificates& certificates) : files_(files), certificates_(certificates) {}

  // An empty path is no peers. Errors: invalid_argument naming the file and the entry; then nothing has
  // changed.
  Task<Status> load(std::string path);
  void replace(std::vector<Peer> peers);

  const Peer* find(const std::string& name) const;
  std::vector<std::string> names() const;
  // Which peer this identity proves: the name of a zone, signed by the CA that is pinned for it and no other.
  const Peer* identify(const PeerIdentity& identity) const;
  // All pinned CA certificates, as one PEM text.
  std::string ca_bundle() const;

 private:
  Task<Result<Peer>> complete(Peer peer, std::string ca_file);

  Files& files_;
  Certificates& certificates_;
  std::map<std::string, Peer> peers_;
};

}  // namespace hanse::federation
