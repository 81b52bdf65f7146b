// ZoneChooser: the zone for one more replica, of all that this one knows: what the planner chooses among the
// zone's candidates (zone_candidates.h), found by an index that is kept with what they are made of: digests,
// round trips, who was heard of, the policy, and where the workloads run that a policy names.
//
// It is told by ZoneRecords what is news, compares the versions of peers and policy, and knows when the next
// peer falls silent: a choice costs what has changed since the last one. What is offered of a flavour to a
// tenant is read of all zones when it is first asked for. This zone's own room is read for each choice.
//
// Lifecycle: as long as the records. Thread: the loop. Failure: those of the tables.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "placement/planner.h"
#include "placement/zone_index.h"
#include "zone/workloads/replica_plan.h"
#include "zone/workloads/zone_candidates.h"

namespace hanse::zone {

class ZoneChooser {
 public:
  struct Services {
    Runtime& runtime;
    const federation::Peers& peers;
    const Membership& membership;
    ZoneRecords& records;
    ZoneCandidates& candidates;
  };
  explicit ZoneChooser(Services services);

  // A replica that wants a zone. What it points to outlives the question.
  struct Question {
    const model::Workload& workload;
    const model::InstanceSku& sku;
    const Replicas& replicas;                        // of the workload, this one among them or not
    std::int32_t index = 0;                          // its own: it is not in its own way
    std::map<std::string, std::string> passed_over;  // zones that are not asked, and why
    std::map<std::string, std::int64_t> promised;    // so many of what a zone fits, to others of its workload
  };
  // The best zone; empty: none qualifies.
  Result<std::string> choose(const Question& question);
  // The same decision as the planner makes it, which tests every zone and says why one is not the zone.
  Result<placement::Decision> decide_with_reasons(const Question& question) const;

  // See ZoneCandidates.
  void learn_price(const std::string& zone, const model::InstanceSku& sku, MicroEuroPerHour price);
  // So many there are to choose from.
  std::size_t zones() const { return services_.peers.names().size() + 1; }

  // Pairs of tenant and flavour whose offers are kept, and neighbours of workloads; beyond so many all are
  // forgotten, and those in use read anew.
  static constexpr std::size_t kMaxOffers = 128;
  static constexpr std::size_t kMaxNeighbours = 256;

 private:
  // What an offer depends on beside the zone.
  struct Flavour {
    std::string tenant;
    model::InstanceSku sku;
  };

  void refresh();
  void read_all();
  void read(const std::string& zone);
  void drop_silent();
  void offer(const std::string& zone, const std::string& name, const Flavour& flavour);
  std::string offer_all(const Question& question);
  Status offer_own(const Question& question, const std::string& flavour);
  // The policy with its neighbours as the index knows them.
  Result<placement::ZoneRequest> request_of(const model::Workload& workload);
  Result<std::string> tell_neighbour(const model::Workload& workload, const std::string& name);

  Services services_;
  placement::ZoneIndex index_;
  std::set<std::string> changed_;  // zones of which there is news
  std::set<std::string> known_;    // zones in the index
  std::optional<std::uint64_t> peers_version_;
  std::optional<std::uint64_t> policy_version_;
  std::set<std::string> heard_;                     // peers that the index takes for reachable
  std::optional<MonotonicTime> silence_;            // until then all of them are, or longer
  std::map<std::string, Flavour> flavours_;         // by name in the index
  std::map<std::string, std::int64_t> neighbours_;  // versions, by name in the index
};

}  // namespace hanse::zone
