#include <fmt/ranges.h>

#include "placement/constraint.h"
#include "placement/listed.h"

namespace hanse::placement {

ZoneConstraint zone_has_architecture(std::optional<std::string> architecture) {
  const auto check = [wanted = std::move(architecture)](const ZoneCandidate& zone) -> Rejection {
    if (!wanted || contains(zone.architectures, *wanted)) return std::nullopt;
    if (zone.architectures.empty()) return fmt::format("it does not state that it has {} hosts", *wanted);
    return fmt::format("it has {} hosts and the policy asks for {}", fmt::join(zone.architectures, ", "),
                       *wanted);
  };
  const auto change = [](const ZoneCandidate&) -> std::optional<Change> {
    return Change{.kind = Change::Kind::list, .text = "architecture is left out", .apply = [](auto& policy) {
                    policy.architecture.reset();
                  }};
  };
  return {"architecture", check, change};
}

}  // namespace hanse::placement
