// A lower bound on the hosts that a set of instances needs however they are packed: the linear program over
// all configurations, that is, all ways to fill one host of each kind there is. Columns are generated as they
// are needed.
//
// The proof does not rest on the solver: the program's dual prices are rounded to whole numbers, the worth of
// the best configuration of each kind at these prices is found exactly, and no host can hold more than that;
// where a kind is scarce, the rest is held by others. Any prices prove something, so that one that stops
// early proves less and nothing wrong. One object keeps the columns that it has found for the next question.
// To be used and destroyed by the thread that made it; it may take seconds, see max_work.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "placement/packing/host_state.h"

struct glp_prob;

namespace hanse::placement::packing {

inline constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

// So many hosts of this size.
struct HostKind {
  Size size;
  std::int64_t count = kUnlimited;
};

struct Certificate {
  std::int64_t at_least = 0;         // hosts: no packing uses fewer
  std::int64_t at_most = 0;          // where no kind has a limit: hosts of a packing that exists, the
                                     // program's solution rounded up
  std::vector<std::int64_t> prices;  // of each shape
  std::vector<std::int64_t> worths;  // of a host of each kind: the most of a configuration at these prices
};

// The configuration of the highest worth, as a number of instances of each shape.
struct Configuration {
  std::vector<std::int64_t> counts;
  std::int64_t worth = 0;
};

// Requires: shapes have some vCPU; the same of all below.
Configuration best_configuration(Size host, const std::vector<Size>& shapes,
                                 const std::vector<std::int64_t>& prices);
// What that takes, in steps of about a nanosecond.
std::int64_t configuration_work(Size host, const std::vector<Size>& shapes);

class ConfigurationBound {
 public:
  // It gives up improving its proof after so much work. Requires: each shape fits into a host of some kind.
  ConfigurationBound(std::vector<HostKind> kinds, std::vector<Size> shapes,
                     std::int64_t max_work = kUnlimited);

  // How many of each shape there are.
  Certificate prove(const std::vector<std::int64_t>& demand);

 private:
  struct Deleter {
    void operator()(glp_prob* problem) const;
  };

  void add_column(std::size_t kind, const std::vector<std::int64_t>& counts);
  void add_missing(std::size_t shape);
  struct Prices {
    std::vector<std::int64_t> of_shapes;
    std::vector<std::int64_t> of_kinds;  // what a host more of a scarce kind would save
  };
  Prices solve_for_prices();
  std::int64_t proved_by(const Certificate& found, const std::vector<std::int64_t>& demand) const;
  std::int64_t rounded_up() const;

  std::vector<HostKind> kinds_;
  std::vector<Size> shapes_;
  std::int64_t work_left_;
  std::unique_ptr<glp_prob, Deleter> problem_;
};

}  // namespace hanse::placement::packing
