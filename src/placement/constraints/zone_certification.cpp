#include <fmt/ranges.h>

#include "placement/constraint.h"
#include "placement/listed.h"

namespace hanse::placement {

ZoneConstraint zone_is_certified(std::vector<std::string> certifications) {
  const auto check = [wanted = certifications](const ZoneCandidate& zone) -> Rejection {
    const std::vector<std::string> missing = missing_of(wanted, zone.certifications);
    if (missing.empty()) return std::nullopt;
    return fmt::format("it is not certified for {}", fmt::join(missing, ", "));
  };
  const auto change = [wanted =
                           std::move(certifications)](const ZoneCandidate& zone) -> std::optional<Change> {
    std::vector<std::string> missing = missing_of(wanted, zone.certifications);
    std::string text = fmt::format("certifications is without {}", fmt::join(missing, ", "));
    return Change{.kind = Change::Kind::list,
                  .text = std::move(text),
                  .apply = [missing = std::move(missing)](auto& policy) {
                    remove_all(policy.certifications, missing);
                  }};
  };
  return {"certifications", check, change};
}

}  // namespace hanse::placement
