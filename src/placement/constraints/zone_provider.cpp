#include <fmt/ranges.h>

#include "placement/constraint.h"
#include "placement/listed.h"

namespace hanse::placement {

ZoneConstraint zone_of_provider(std::vector<std::string> providers) {
  const auto check = [providers = std::move(providers)](const ZoneCandidate& zone) -> Rejection {
    if (providers.empty() || contains(providers, zone.provider)) return std::nullopt;
    const std::string allowed = fmt::format("the policy allows {}", fmt::join(providers, ", "));
    if (zone.provider.empty()) return "it does not state its provider and " + allowed;
    return fmt::format("its provider is {} and {}", zone.provider, allowed);
  };
  const auto change = [](const ZoneCandidate& zone) -> std::optional<Change> {
    if (zone.provider.empty()) return std::nullopt;
    return Change{.kind = Change::Kind::list,
                  .text = fmt::format("providers also has {}", zone.provider),
                  .apply = [name = zone.provider](auto& policy) { policy.providers.push_back(name); }};
  };
  return {"providers", check, change};
}

}  // namespace hanse::placement
