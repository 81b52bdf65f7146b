// What a request makes of the catalogue of constraints and scores. Both keep pointers to the candidates that
// they were made for. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "placement/constraint.h"
#include "placement/score.h"

namespace hanse::placement {

// What the policy asks of a zone for as long as a replica runs there.
std::vector<ZoneConstraint> policy_constraints(const ZoneRequest& request,
                                               const std::vector<ZoneCandidate>& zones);
// The same, and what placing one more replica asks: that the zone lacks one, may, answers, and has room. The
// order is the one in which a decision gives reasons.
std::vector<ZoneConstraint> zone_constraints(const ZoneRequest& request,
                                             const std::vector<ZoneCandidate>& zones);
// Those with a weight, in the order of the policy's fields.
std::vector<ZoneScore> zone_scores(const ZoneRequest& request, const std::vector<ZoneCandidate>& zones);

// The first rejection by a constraint, with the constraint's name; nothing when the candidate may stay.
struct NamedRejection {
  std::string_view constraint;
  std::string reason;
};

template <class Candidate>
std::optional<NamedRejection> first_rejection(const Candidate& candidate,
                                              const std::vector<Constraint<Candidate>>& constraints) {
  for (const Constraint<Candidate>& constraint : constraints) {
    if (Rejection reason = constraint.check(candidate))
      return NamedRejection{constraint.name, std::move(*reason)};
  }
  return std::nullopt;
}

}  // namespace hanse::placement
