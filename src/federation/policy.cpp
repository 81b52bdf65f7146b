#include "federation/policy.h"

#include <algorithm>

#include "base/json_mapping.h"
#include "base/toml.h"
#include "model/metadata.h"

namespace hanse::federation {
namespace {

constexpr char kAll[] = "*";
constexpr double kMaxPriceFactor = 1000;

struct PolicyFile {
  std::vector<PeerPolicy> peers;
};
BOOST_DESCRIBE_STRUCT(PolicyFile, (), (peers))
HANSE_DEFINE_READ_JSON(PolicyFile)

bool names(const std::vector<std::string>& list, const std::string& name) {
  return std::any_of(list.begin(), list.end(),
                     [&](const std::string& entry) { return entry == kAll || entry == name; });
}

Status check_names(const std::vector<std::string>& list, const std::string& pointer, bool all_allowed) {
  if (list.size() > kMaxPolicyNames)
    return fail_field(pointer, "it names {} and {} are allowed", list.size(), kMaxPolicyNames);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (all_allowed && list[i] == kAll) continue;
    HANSE_CHECK(model::check_name(list[i], fmt::format("{}/{}", pointer, i)));
  }
  return {};
}

Status check_entry(const PeerPolicy& policy, const std::string& pointer) {
  if (policy.name != kAll) HANSE_CHECK(model::check_name(policy.name, pointer + "/name"));
  const Accepts& accepts = policy.accepts;
  HANSE_CHECK(check_names(accepts.tenants, pointer + "/accepts/tenants", true));
  HANSE_CHECK(check_names(accepts.flavours, pointer + "/accepts/flavours", true));
  if (accepts.max_vcpu < 0) return fail_field(pointer + "/accepts/maxVcpu", "write a number from 0");
  if (accepts.max_memory_mib < 0)
    return fail_field(pointer + "/accepts/maxMemoryMib", "write a number from 0");
  if (!(accepts.price_factor >= 0 && accepts.price_factor <= kMaxPriceFactor))
    return fail_field(pointer + "/accepts/priceFactor", "write a number from 0 to {}", kMaxPriceFactor);
  HANSE_CHECK(check_names(policy.gives.tenants, pointer + "/gives/tenants", true));
  return check_names(policy.gives.needs_labels, pointer + "/gives/needsLabels", false);
}

}  // namespace

HANSE_DEFINE_JSON(Accepts)
HANSE_DEFINE_JSON(Gives)
HANSE_DEFINE_JSON(PeerPolicy)

Result<Policy> Policy::parse(const std::string& text, const std::string& path) {
  if (text.size() > kMaxPolicyText)
    return fail(Code::invalid_argument, "{} has {} bytes and {} are allowed", path, text.size(),
                kMaxPolicyText);
  HANSE_TRY(const toml_text::Document document, toml_text::parse(text, path));
  const Result<PolicyFile> file = json::from_json<PolicyFile>(document.value);
  if (!file) return fail(toml_text::locate(file.error(), document, path));
  Policy policy;
  for (std::size_t i = 0; i < file->peers.size(); ++i) {
    const PeerPolicy& entry = file->peers[i];
    const std::string pointer = fmt::format("/peers/{}", i);
    if (const Status good = check_entry(entry, pointer); !good)
      return fail(toml_text::locate(good.error(), document, path));
    if (!policy.peers_.emplace(entry.name, entry).second) {
      const auto twice =
          fail_field(pointer + "/name", "peer '{}' has an entry already; join the two", entry.name);
      return fail(toml_text::locate(twice.value(), document, path));
    }
  }
  return policy;
}

const PeerPolicy& Policy::of(const std::string& peer) const {
  static const PeerPolicy nothing;
  const auto own = peers_.find(peer);
  if (own != peers_.end()) return own->second;
  const auto all = peers_.find(kAll);
  return all == peers_.end() ? nothing : all->second;
}

Status Policy::check_may_bring(const std::string& peer, const std::string& tenant,
                               const std::string& flavour) const {
  const Accepts& accepts = of(peer).accepts;
  if (!names(accepts.tenants, tenant)) {
    return fail(Code::permission_denied, "the policy here lets zone '{}' place nothing of tenant '{}'", peer,
                tenant);
  }
  if (flavour.empty() || names(accepts.flavours, flavour)) return {};
  return fail(Code::permission_denied, "the policy here lets zone '{}' place nothing of flavour '{}'", peer,
              flavour);
}

Status Policy::check_accepts(const std::string& peer, const PlacementAsked& asked) const {
  HANSE_CHECK(check_may_bring(peer, asked.tenant, asked.flavour));
  const Accepts& accepts = of(peer).accepts;
  if (asked.vcpu_here.value + asked.vcpu.value > accepts.max_vcpu) {
    return fail(Code::resource_exhausted,
                "zone '{}' has {} of {} vCPU here that the policy allows, and asks for {}", peer,
                asked.vcpu_here.value, accepts.max_vcpu, asked.vcpu.value);
  }
  if (asked.memory_here.value + asked.memory.value > accepts.max_memory_mib) {
    return fail(Code::resource_exhausted,
                "zone '{}' has {} of {} MiB here that the policy allows, and asks for {}", peer,
                asked.memory_here.value, accepts.max_memory_mib, asked.memory.value);
  }
  return {};
}

Status Policy::check_gives(const std::string& peer, const std::string& tenant,
                           const std::vector<std::string>& labels) const {
  const Gives& gives = of(peer).gives;
  if (!names(gives.tenants, tenant)) {
    return fail(Code::permission_denied, "the policy here gives zone '{}' nothing of tenant '{}'", peer,
                tenant);
  }
  for (const std::string& needed : gives.needs_labels) {
    if (std::find(labels.begin(), labels.end(), needed) == labels.end()) {
      return fail(Code::permission_denied,
                  "zone '{}' does not carry the label '{}' that the policy here asks for", peer, needed);
    }
  }
  return {};
}

}  // namespace hanse::federation
