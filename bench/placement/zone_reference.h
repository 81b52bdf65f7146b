// What ZoneIndex is compared with: one pass over all zones, whose names were made numbers and masks
// beforehand, so that no string is touched; round trips are looked up, too. It knows the constraints and
// weights that the benchmark uses, and no others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "placement/zone_index.h"

namespace hanse::bench {

class ScanZones {
 public:
  // With price and fits of the one flavour that is asked for.
  explicit ScanZones(std::vector<placement::ZoneCandidate> zones);

  // The position of the best zone, or the number of zones.
  std::size_t choose(const placement::ZoneRequest& request,
                     std::span<const placement::ZoneReplicas> replicas);
  const std::string& name(std::size_t position) const { return zones_[position].name; }
  std::size_t remaining() const { return remaining_.size(); }  // after the last choice

 private:
  // What is asked of each zone, in the same numbers.
  struct Wanted {
    std::vector<std::uint8_t> states;  // 1 where allowed, by number; empty: all
    std::uint64_t certifications = 0;
    std::uint64_t architectures = 0;
    std::uint64_t avoided = 0;
    std::int64_t price = INT64_MAX;
    std::int64_t carbon = INT64_MAX;
    std::vector<const std::int64_t*> trips;
    std::vector<std::int64_t> bounds;
  };

  Wanted prepare(const model::PlacementPolicy& policy);
  bool may(const Wanted& wanted, std::size_t position) const;
  const std::vector<std::int64_t>& trips_to(const std::string& place);
  void add_score(const std::vector<std::int64_t>& lane, std::int32_t weight);
  std::uint64_t mask_of(const std::vector<std::string>& names);

  std::vector<placement::ZoneCandidate> zones_;
  std::map<std::string, std::size_t> positions_;
  std::map<std::string, std::uint32_t> numbers_;  // of states
  std::map<std::string, int> bits_;               // of certifications, architectures and workloads
  std::vector<std::uint32_t> state_;
  std::vector<std::uint64_t> certifications_;
  std::vector<std::uint64_t> architectures_;
  std::vector<std::uint64_t> workloads_;
  std::vector<std::uint8_t> open_;
  std::vector<std::uint8_t> has_replica_;
  std::vector<std::int64_t> price_;
  std::vector<std::int64_t> carbon_;
  std::vector<std::int64_t> fits_;
  std::map<std::string, std::vector<std::int64_t>> trips_;
  std::vector<std::size_t> remaining_;
  std::vector<std::int64_t> totals_;
};

}  // namespace hanse::bench
