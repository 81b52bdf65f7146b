#include "placement/relaxation.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "placement/text.h"
#include "placement/zone_rules.h"

namespace hanse::placement {
namespace {

struct Option {
  std::string_view constraint;
  Change change;
  std::vector<std::string> zones;  // that it lets in
};

// The only constraint that is against the zone; none when there is no such or more than one.
const ZoneConstraint* single_obstacle(const ZoneCandidate& zone,
                                      const std::vector<ZoneConstraint>& constraints) {
  const ZoneConstraint* single = nullptr;
  for (const ZoneConstraint& constraint : constraints) {
    if (!constraint.check(zone)) continue;
    if (single != nullptr) return nullptr;
    single = &constraint;
  }
  return single;
}

bool is_nearer(const Option& a, const Option& b) {
  return std::tuple(a.change.kind, a.change.relative, -static_cast<std::int64_t>(a.zones.size()),
                    std::string_view(a.change.text)) < std::tuple(b.change.kind, b.change.relative,
                                                                  -static_cast<std::int64_t>(b.zones.size()),
                                                                  std::string_view(b.change.text));
}

bool is_smaller(const Change& a, const Change& b) {
  return std::tie(a.relative, a.text) < std::tie(b.relative, b.text);
}

// One option for each number, the nearest, and for each entry of a list or obstacle outside of the policy.
std::vector<Option> options(const ZoneRequest& request, const std::vector<ZoneCandidate>& zones) {
  std::map<std::pair<std::string_view, std::string>, Option> found;
  const std::vector<ZoneConstraint> constraints = zone_constraints(request, zones);
  for (const ZoneCandidate& zone : zones) {
    const ZoneConstraint* obstacle = single_obstacle(zone, constraints);
    if (obstacle == nullptr || !obstacle->change) continue;
    std::optional<Change> change = obstacle->change(zone);
    if (!change) continue;
    const bool is_number = change->kind == Change::Kind::number;
    const auto [option, added] = found.try_emplace({obstacle->name, is_number ? std::string() : change->text},
                                                   Option{.constraint = obstacle->name, .change = *change});
    option->second.zones.push_back(zone.name);
    if (is_number && is_smaller(*change, option->second.change)) option->second.change = *change;
  }
  std::vector<Option> all;
  for (auto& [key, option] : found) all.push_back(std::move(option));
  return all;
}

std::vector<std::string> qualifying(const ZoneRequest& request, const std::vector<ZoneCandidate>& zones) {
  std::vector<std::string> names;
  const std::vector<ZoneConstraint> constraints = zone_constraints(request, zones);
  for (const ZoneCandidate& zone : zones) {
    if (!first_rejection(zone, constraints)) names.push_back(zone.name);
  }
  return names;
}

// What the change really lets in: by a list, perhaps others too; by a number, only those within its new
// value.
void count_again(Option& option, const ZoneRequest& request, const std::vector<ZoneCandidate>& zones) {
  if (option.change.apply) {
    ZoneRequest relaxed = request;
    option.change.apply(relaxed.policy);
    option.zones = qualifying(relaxed, zones);
  }
  std::sort(option.zones.begin(), option.zones.end());
}

model::Relaxation describe(Option option) {
  const auto count = static_cast<std::int64_t>(option.zones.size());
  std::string text = fmt::format("{} {} if {}", counted(count, "zone"), count == 1 ? "qualifies" : "qualify",
                                 option.change.text);
  option.zones.resize(std::min(option.zones.size(), model::kMaxRelaxationCandidates));
  return {.constraint = std::string(option.constraint),
          .change = std::move(option.change.text),
          .qualifying = count,
          .candidates = std::move(option.zones),
          .text = std::move(text)};
}

}  // namespace

std::vector<model::Relaxation> relaxations(const ZoneRequest& request,
                                           const std::vector<ZoneCandidate>& zones) {
  std::vector<Option> all = options(request, zones);
  std::sort(all.begin(), all.end(), is_nearer);
  if (all.size() > model::kMaxRelaxations) all.resize(model::kMaxRelaxations);
  for (Option& option : all) count_again(option, request, zones);
  std::sort(all.begin(), all.end(), is_nearer);
  std::vector<model::Relaxation> described;
  for (Option& option : all) described.push_back(describe(std::move(option)));
  return described;
}

}  // namespace hanse::placement
