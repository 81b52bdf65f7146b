// How many instances of each shape ran when the window was looked at, whatever the policy; and the bounds on
// the hosts that they needed. Single-threaded.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/packing/fleet.h"
#include "bench/packing/trace.h"
#include "placement/packing/configuration_bound.h"

namespace hanse::bench {

using placement::packing::Certificate;

class Population final : public Audience {
 public:
  Population(const Trace& trace, Window window) : trace_(trace), window_(window), now_(trace.shapes.size()) {}

  void begin(std::size_t instance, Seconds) override { ++now_[trace_.instances[instance].shape]; }
  void end(std::size_t instance, Seconds) override { --now_[trace_.instances[instance].shape]; }
  void tick(Seconds now) override {
    if (window_.looks_at(now)) samples_.push_back(now_);
  }

  std::vector<Certificate> bounds(Size host) const {
    placement::packing::ConfigurationBound bound({{host}}, trace_.shapes);
    std::vector<Certificate> found;
    for (const auto& demand : samples_) found.push_back(bound.prove(demand));
    return found;
  }

 private:
  const Trace& trace_;
  Window window_;
  std::vector<std::int64_t> now_;
  std::vector<std::vector<std::int64_t>> samples_;
};

}  // namespace hanse::bench
