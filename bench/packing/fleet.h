// A fleet of like hosts under one policy, living through the trace: it opens an empty host when no open one
// has room, and a host without instances is closed. A move takes no time and no second copy. Single-threaded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/packing/trace.h"
#include "placement/packing/life_table.h"
#include "placement/packing/rebalance_planner.h"

namespace hanse::bench {

// The time that counts, and how often is looked: a moment before each rebalancing would be due.
struct Window {
  Seconds from{};
  Seconds to{};
  Seconds every{};
  bool looks_at(Seconds now) const { return now >= from && now <= to && (now - from) % every == Seconds{}; }
};

// What the fleet knows of lifetimes. `known` is the truth, which no provider has: it shows what there is to
// gain.
enum class Lifetimes { ignored, learned, known };

struct Policy {
  std::string name;
  bool shadow_price = false;  // otherwise best fit
  Lifetimes lifetimes = Lifetimes::ignored;
  double hourly_moves = 0;  // as a share of the running instances
};

class Fleet final : public Audience {
 public:
  Fleet(const Trace& trace, Size host, Policy policy, Window window);

  void begin(std::size_t instance, Seconds now) override;
  void end(std::size_t instance, Seconds now) override;
  void tick(Seconds now) override;

  const std::vector<std::int64_t>& open_hosts() const { return open_samples_; }
  double moves_an_hour() const;          // in the window
  double moved_share_an_hour() const;    // of the instances that ran
  double most_moved_in_an_hour() const;  // the highest share of any hour of the window

 private:
  void set_score();
  void learn(Seconds now);
  void rebalance(Seconds now);
  void keep_count_of_moves(std::size_t moved, Seconds now);
  Seconds expected_end(std::size_t instance, Seconds now) const;
  std::size_t empty_host();

  const Trace& trace_;
  Size host_;
  Policy policy_;
  Window window_;
  placement::packing::Score score_;
  placement::packing::LifeTable life_table_;
  std::vector<placement::packing::HostState> hosts_;
  std::vector<std::size_t> empty_hosts_;
  std::vector<placement::packing::InstanceState> instances_;  // by their number in the trace
  std::vector<std::size_t> host_of_;
  Size used_;
  std::size_t running_ = 0;
  std::vector<std::int64_t> open_samples_;
  std::vector<std::size_t> moved_;       // a step each
  std::vector<std::size_t> running_at_;  // at the same steps
};

}  // namespace hanse::bench
