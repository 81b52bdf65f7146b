// Policy: what each peer may place in this zone, at what price, and which peers get this zone's workloads:
// one TOML file for people. What is not written is denied; an entry named "*" counts for every peer that has
// no entry of its own.
//
//   [[peers]]
//   name = "lisbon"
//   [peers.accepts]                 # what it may place here
//   tenants = ["default"]           # "*" is all
//   flavours = ["*"]                # names of instance SKUs
//   max_vcpu = 16                   # of all its instances here
//   max_memory_mib = 32768
//   price_factor = 1.2              # times this zone's own price; 1 where it is not said
//   [peers.gives]                   # what of ours may go there, and so the files of its images
//   tenants = ["*"]
//   needs_labels = ["iso27001"]     # that its digest must carry
//
// Pure. Failure: invalid_argument with file, line and remedy; permission_denied that names the rule.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/units.h"

namespace hanse::federation {

inline constexpr std::size_t kMaxPolicyText = 1 << 20;
inline constexpr std::size_t kMaxPolicyNames = 1000;  // in one list

struct Accepts {
  std::vector<std::string> tenants;
  std::vector<std::string> flavours;
  std::int64_t max_vcpu = 0;
  std::int64_t max_memory_mib = 0;
  double price_factor = 1;
  bool operator==(const Accepts&) const = default;
};
BOOST_DESCRIBE_STRUCT(Accepts, (), (tenants, flavours, max_vcpu, max_memory_mib, price_factor))
HANSE_DECLARE_JSON(Accepts);

struct Gives {
  std::vector<std::string> tenants;
  std::vector<std::string> needs_labels;
  bool operator==(const Gives&) const = default;
};
BOOST_DESCRIBE_STRUCT(Gives, (), (tenants, needs_labels))
HANSE_DECLARE_JSON(Gives);

struct PeerPolicy {
  std::string name;
  Accepts accepts;
  Gives gives;
  bool operator==(const PeerPolicy&) const = default;
};
BOOST_DESCRIBE_STRUCT(PeerPolicy, (), (name, accepts, gives))
HANSE_DECLARE_JSON(PeerPolicy);

// What a peer wants to place here, and what it has here already.
struct PlacementAsked {
  std::string tenant;
  std::string flavour;
  VcpuCount vcpu;
  MiB memory;
  VcpuCount vcpu_here;
  MiB memory_here;
};

class Policy {
 public:
  // Requires: `text` is the content of `path`.
  static Result<Policy> parse(const std::string& text, const std::string& path);

  // The peer's own entry or the one for all; one that allows nothing when there is neither.
  const PeerPolicy& of(const std::string& peer) const;
  // Errors: permission_denied, resource_exhausted beyond the peer's totals.
  Status check_accepts(const std::string& peer, const PlacementAsked& asked) const;
  // Whether it may bring the flavour, or with an empty one anything of the tenant, apart from how much.
  // Errors: permission_denied.
  Status check_may_bring(const std::string& peer, const std::string& tenant,
                         const std::string& flavour) const;
  // Whether something of this tenant may go to a peer with these labels. Errors: permission_denied.
  Status check_gives(const std::string& peer, const std::string& tenant,
                     const std::vector<std::string>& labels) const;

 private:
  std::map<std::string, PeerPolicy> peers_;
};

}  // namespace hanse::federation
