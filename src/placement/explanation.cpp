#include "placement/explanation.h"

#include <algorithm>
#include <fmt/ranges.h>

#include "placement/host_rules.h"
#include "placement/relaxation.h"
#include "placement/text.h"
#include "placement/zone_ranking.h"
#include "placement/zone_rules.h"

namespace hanse::placement {
namespace {

// Every constraint that is against a candidate, for those that have one, by name.
template <class Candidate>
std::vector<model::ExplainedCandidate> rejected(const std::vector<Candidate>& candidates,
                                                const std::vector<Constraint<Candidate>>& constraints) {
  std::vector<model::ExplainedCandidate> all;
  for (const Candidate& candidate : candidates) {
    model::ExplainedCandidate explained{.name = candidate.name};
    for (const Constraint<Candidate>& constraint : constraints) {
      if (Rejection reason = constraint.check(candidate))
        explained.rejections.push_back({std::string(constraint.name), std::move(*reason)});
    }
    if (!explained.rejections.empty()) all.push_back(std::move(explained));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return all;
}

void append(std::vector<model::ExplainedCandidate>& candidates, std::vector<model::ExplainedCandidate> rest) {
  std::move(rest.begin(), rest.end(), std::back_inserter(candidates));
}

// What is beyond the limit is only counted.
void bound(model::PlacementExplanation& explanation) {
  auto& candidates = explanation.candidates;
  if (candidates.size() <= model::kMaxExplainedCandidates) return;
  explanation.omitted += static_cast<std::int64_t>(candidates.size() - model::kMaxExplainedCandidates);
  candidates.resize(model::kMaxExplainedCandidates);
}

model::ExplainedCandidate scored(const RankedZone& ranked, const std::vector<NormalisedScore>& scores) {
  model::ExplainedCandidate explained{.name = ranked.zone->name, .total = ranked.total};
  for (const NormalisedScore& score : scores) {
    explained.scores.push_back({.name = std::string(score.score().name),
                                .value = score.value_of(*ranked.zone),
                                .weight = score.score().weight,
                                .text = score.score().text(*ranked.zone)});
  }
  return explained;
}

// What put the first before the second. Requires: ranked best first, and not empty.
std::string why_chosen(const ZoneRanking& ranking) {
  const RankedZone& best = ranking.remaining.front();
  if (ranking.remaining.size() == 1)
    return fmt::format("'{}' is the only zone that qualifies", best.zone->name);
  const RankedZone& next = ranking.remaining[1];
  if (best.total != next.total) {
    return fmt::format("'{}' has the highest total, {}; next is '{}' with {}", best.zone->name, best.total,
                       next.zone->name, next.total);
  }
  const std::string equals =
      fmt::format("'{}', of {} zones that qualify{},", best.zone->name, ranking.remaining.size(),
                  ranking.scores.empty() ? "" : fmt::format(" with totals up to {}", best.total));
  if (best.zone->replicas != next.zone->replicas) {
    return fmt::format("{} has the fewest replicas, {}; next is '{}' with {}", equals, best.zone->replicas,
                       next.zone->name, next.zone->replicas);
  }
  if (best.zone->fits != next.zone->fits) {
    return fmt::format("{} has the most room, for {}; next is '{}' with room for {}", equals, best.zone->fits,
                       next.zone->name, next.zone->fits);
  }
  return fmt::format("{} is the first by name; '{}' is equal in all else", equals, next.zone->name);
}

// Requires: none qualifies, and the candidates and relaxations are there.
std::string why_none(const model::PlacementExplanation& explanation, std::string_view noun) {
  const auto& candidates = explanation.candidates;
  if (candidates.empty()) return fmt::format("there is no {} to choose from", noun);
  const auto all = static_cast<std::int64_t>(candidates.size()) + explanation.omitted;
  const std::string none = fmt::format("none of {} qualifies", counted(all, noun));
  if (!explanation.relaxations.empty()) return none + "; " + explanation.relaxations.front().text;
  const auto nearest = std::min_element(
      candidates.begin(), candidates.end(),
      [](const auto& a, const auto& b) { return a.rejections.size() < b.rejections.size(); });
  std::vector<std::string> names;
  for (const model::ExplainedRejection& rejection : nearest->rejections)
    names.push_back(rejection.constraint);
  return fmt::format("{}; nearest is '{}', with {} against it", none, nearest->name, fmt::join(names, ", "));
}

}  // namespace

model::PlacementExplanation explain(const ZoneRequest& request, const std::vector<ZoneCandidate>& zones) {
  model::PlacementExplanation explanation;
  ZoneRanking ranking = rank_zones(request, zones);
  std::sort(ranking.remaining.begin(), ranking.remaining.end(),
            [](const RankedZone& a, const RankedZone& b) { return is_better(a, b); });
  for (const RankedZone& ranked : ranking.remaining)
    explanation.candidates.push_back(scored(ranked, ranking.scores));
  append(explanation.candidates, rejected(zones, zone_constraints(request, zones)));
  if (ranking.remaining.empty()) {
    explanation.relaxations = relaxations(request, zones);
    explanation.why = why_none(explanation, "zone");
  } else {
    explanation.chosen = ranking.remaining.front().zone->name;
    explanation.why = why_chosen(ranking);
  }
  bound(explanation);
  return explanation;
}

model::PlacementExplanation explain(const HostRequest& request, const std::vector<HostCandidate>& hosts,
                                    OtherHosts others) {
  model::PlacementExplanation explanation{.omitted = others.all};
  const std::vector<HostConstraint> constraints = host_constraints(request);
  std::vector<const HostCandidate*> remaining;
  for (const HostCandidate& host : hosts) {
    if (!first_rejection(host, constraints)) remaining.push_back(&host);
  }
  std::sort(remaining.begin(), remaining.end(),
            [](const HostCandidate* a, const HostCandidate* b) { return is_better(*a, *b); });
  for (const HostCandidate* host : remaining) explanation.candidates.push_back({.name = host->name});
  append(explanation.candidates, rejected(hosts, constraints));
  if (remaining.empty()) {
    explanation.why = why_none(explanation, "host");
  } else {
    const HostCandidate& best = *remaining.front();
    explanation.chosen = best.name;
    const auto qualifying = static_cast<std::int64_t>(remaining.size()) + others.qualifying;
    explanation.why =
        fmt::format("'{}' fits best: of {} that could take it, it has the least free, {} MiB and {} vCPU",
                    best.name, counted(qualifying, "host"), best.free_memory.value, best.free_vcpu.value);
  }
  bound(explanation);
  return explanation;
}

}  // namespace hanse::placement
