// A lower bound on the hosts that a set of instances needs however they are packed: the linear program over
// all configurations, that is, all ways to fill one host. Columns are generated as they are needed.
//
// The proof does not rest on the solver: the program's dual prices are rounded to whole numbers, the worth of
// the best configuration at these prices is found exactly, and no host can hold more than that. One object
// keeps the columns that it has found for the next question. Single-threaded. GLPK is not to be used
// elsewhere meanwhile. Requires: each shape fits into the host.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "placement/packing/host_state.h"

struct glp_prob;

namespace hanse::bench {

using placement::packing::Size;

struct Certificate {
  std::int64_t at_least = 0;         // hosts: no packing uses fewer
  std::int64_t at_most = 0;          // hosts of a packing that exists: the program's solution, rounded up
  std::vector<std::int64_t> prices;  // of each shape
  std::int64_t best_worth = 0;       // of a host: the most that a configuration is worth at these prices
};

// The configuration of the highest worth, as a number of instances of each shape.
struct Configuration {
  std::vector<std::int64_t> counts;
  std::int64_t worth = 0;
};

Configuration best_configuration(Size host, const std::vector<Size>& shapes,
                                 const std::vector<std::int64_t>& prices);

class ConfigurationBound {
 public:
  ConfigurationBound(Size host, std::vector<Size> shapes);

  // How many of each shape there are.
  Certificate prove(const std::vector<std::int64_t>& demand);

 private:
  struct Deleter {
    void operator()(glp_prob* problem) const;
  };

  void add_column(const std::vector<std::int64_t>& counts);
  std::vector<std::int64_t> solve_for_prices();
  std::int64_t rounded_up() const;

  Size host_;
  std::vector<Size> shapes_;
  std::unique_ptr<glp_prob, Deleter> problem_;
};

}  // namespace hanse::bench
