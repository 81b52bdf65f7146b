#include <fmt/format.h>
#include <map>

#include "placement/constraint.h"
#include "placement/text.h"

namespace hanse::placement {
namespace {

// What no two replicas may share: the name of it in this zone. Empty: zones may share all.
std::string shared_name(model::Spread spread, const ZoneCandidate& zone) {
  switch (spread) {
    case model::Spread::zone:
      return zone.name;
    case model::Spread::provider:
      return zone.provider;
    case model::Spread::member_state:
      return zone.member_state;
    case model::Spread::none:
    case model::Spread::host:
      return {};
  }
  return {};
}

std::string_view word_of(model::Spread spread) {
  if (spread == model::Spread::provider) return "provider";
  return spread == model::Spread::member_state ? "member state" : "zone";
}

bool spreads_zones(model::Spread spread) {
  return spread != model::Spread::none && spread != model::Spread::host;
}

}  // namespace

// A zone with a replica whose provider or member state is not known, as of a peer not yet heard since a
// start, may be of any: until it is known nothing else qualifies. Those without a replica count as of one.
ZoneConstraint zone_has_no_replica(model::Spread spread, const std::vector<ZoneCandidate>& zones) {
  std::map<std::string, std::int32_t> replicas;
  if (spreads_zones(spread)) {
    for (const ZoneCandidate& zone : zones) replicas[shared_name(spread, zone)] += zone.replicas;
  }
  const auto check = [spread, replicas = std::move(replicas)](const ZoneCandidate& zone) -> Rejection {
    if (!spreads_zones(spread)) return std::nullopt;
    const std::string name = shared_name(spread, zone);
    if (const auto unknown = replicas.find(""); unknown != replicas.end() && unknown->second > 0) {
      return fmt::format("a zone whose {} is not known has {} already and the policy spreads by it",
                         word_of(spread), counted(unknown->second, "replica"));
    }
    const auto found = replicas.find(name);
    if (found == replicas.end() || found->second == 0) return std::nullopt;
    const std::string place =
        spread == model::Spread::zone ? "it" : fmt::format("{} '{}'", word_of(spread), name);
    return fmt::format("{} has {} already and the policy spreads by {}", place,
                       counted(found->second, "replica"), word_of(spread));
  };
  const auto change = [spread](const ZoneCandidate&) -> std::optional<Change> {
    return Change{.kind = Change::Kind::list,
                  .text = fmt::format("replicas need not spread by {}", word_of(spread)),
                  .apply = [](auto& policy) { policy.spread = model::Spread::none; }};
  };
  return {"spread", check, change};
}

}  // namespace hanse::placement
