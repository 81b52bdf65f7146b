#include "placement/packing/life_table.h"

#include <algorithm>
#include <cmath>

namespace hanse::placement::packing {
namespace {

constexpr Seconds kFirstBracket = std::chrono::minutes(5);
constexpr Seconds kUnknown = std::chrono::hours(24);

// Ends assumed before any is seen, so that a kind with few instances is not certain of anything.
constexpr double kPriorEnds = 0.02;
constexpr double kPriorInstances = 0.1;

}  // namespace

LifeTable::LifeTable(std::size_t kinds) : kinds_(kinds) {
  for (Kind& kind : kinds_) kind.median_rest.fill(kUnknown);
}

std::size_t LifeTable::bracket_of(Seconds age) {
  const double periods = 1 + static_cast<double>(std::max(age, Seconds{}).count()) / kFirstBracket.count();
  return std::min(static_cast<std::size_t>(2 * std::log2(periods)), kBrackets - 1);
}

Seconds LifeTable::begin_of(std::size_t bracket) {
  const double periods = std::exp2(static_cast<double>(bracket) / 2) - 1;
  return Seconds(static_cast<Seconds::rep>(periods * static_cast<double>(kFirstBracket.count())));
}

void LifeTable::count_end(std::size_t kind, Seconds age) {
  ++kinds_[kind].ended[bracket_of(age)];
}

void LifeTable::take_census(std::span<const Running> running) {
  for (Kind& kind : kinds_) kind.running.fill(0);
  for (const Running& instance : running) ++kinds_[instance.kind].running[bracket_of(instance.age)];
  for (Kind& kind : kinds_) learn(kind);
}

// Of those that came to know the end of a bracket, some ended in it and the others lived on to a later one;
// those that are in it now say nothing yet.
void LifeTable::learn(Kind& kind) {
  Counts surviving{};  // the share of those who enter a bracket that leaves it alive
  double later = 0;
  for (std::size_t bracket = kBrackets; bracket-- > 0;) {
    const double ended = kind.ended[bracket];
    surviving[bracket] = 1 - (ended + kPriorEnds) / (ended + later + kPriorInstances);
    later += ended + kind.running[bracket];
  }
  for (std::size_t from = 0; from < kBrackets; ++from) {
    double alive = 1;
    std::size_t bracket = from;
    while (bracket + 1 < kBrackets && alive * surviving[bracket] > 0.5) alive *= surviving[bracket++];
    kind.median_rest[from] =
        bracket + 1 == kBrackets
            ? kLongest
            : std::min(kLongest, (begin_of(bracket) + begin_of(bracket + 1)) / 2 - begin_of(from));
  }
}

Seconds LifeTable::median_rest(std::size_t kind, Seconds age) const {
  return kinds_[kind].median_rest[bracket_of(age)];
}

}  // namespace hanse::placement::packing
