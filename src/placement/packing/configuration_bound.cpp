#include "placement/packing/configuration_bound.h"

#include <algorithm>
#include <cmath>
#include <glpk.h>
#include <numeric>
#include <utility>

namespace hanse::placement::packing {
namespace {

constexpr std::int64_t kPriceUnit = 1'000'000'000;  // one host
constexpr std::int64_t kTolerance = 1'000;  // in price units: a column that gains less is not worth adding
constexpr double kRoundingNoise = 1e-7;     // of the solver, in hosts
constexpr int kMaxColumns = 100'000;        // an instance of this size needs hundreds
// What leaving an instance out costs, in hosts: it keeps the program solvable where hosts are scarce, and the
// prices small.
constexpr double kMissing = 8;

// As numbers of this step all memory is whole; what is left of a host's is of no use.
std::int64_t memory_step(const std::vector<Size>& shapes) {
  std::int64_t step = 0;
  for (const Size& shape : shapes) step = std::gcd(step, shape.memory.value);
  return std::max<std::int64_t>(step, 1);
}

// So often the shape fits into the host.
std::int64_t times(Size shape, Size host) {
  const std::int64_t by_vcpu = host.vcpu.value / shape.vcpu.value;
  return shape.memory.value == 0 ? by_vcpu : std::min(by_vcpu, host.memory.value / shape.memory.value);
}

// False where the sum would not be a number any more.
bool add_product(std::int64_t& sum, std::int64_t one, std::int64_t other) {
  std::int64_t product = 0;
  return !__builtin_mul_overflow(one, other, &product) && !__builtin_add_overflow(sum, product, &sum);
}

}  // namespace

std::int64_t configuration_work(Size host, const std::vector<Size>& shapes) {
  return (host.vcpu.value + 1) * (host.memory.value / memory_step(shapes) + 1) *
         static_cast<std::int64_t>(shapes.size());
}

Configuration best_configuration(Size host, const std::vector<Size>& shapes,
                                 const std::vector<std::int64_t>& prices) {
  const std::int64_t step = memory_step(shapes);
  const std::int64_t columns = host.memory.value / step + 1;
  const auto cell = [columns](std::int64_t vcpu, std::int64_t memory) {
    return static_cast<std::size_t>(vcpu * columns + memory);
  };
  constexpr std::size_t kNothing = ~std::size_t{0};
  std::vector<std::int64_t> worth(cell(host.vcpu.value + 1, 0));
  std::vector<std::size_t> last(worth.size(), kNothing);
  for (std::int64_t vcpu = 0; vcpu <= host.vcpu.value; ++vcpu) {
    for (std::int64_t memory = 0; memory < columns; ++memory) {
      for (std::size_t shape = 0; shape < shapes.size(); ++shape) {
        const std::int64_t vcpu_left = vcpu - shapes[shape].vcpu.value;
        const std::int64_t memory_left = memory - shapes[shape].memory.value / step;
        if (vcpu_left < 0 || memory_left < 0) continue;
        const std::int64_t with_it = worth[cell(vcpu_left, memory_left)] + prices[shape];
        if (with_it <= worth[cell(vcpu, memory)]) continue;
        worth[cell(vcpu, memory)] = with_it;
        last[cell(vcpu, memory)] = shape;
      }
    }
  }
  Configuration best{.counts = std::vector<std::int64_t>(shapes.size()), .worth = worth.back()};
  for (Size left = host;;) {
    const std::size_t shape = last[cell(left.vcpu.value, left.memory.value / step)];
    if (shape == kNothing) return best;
    ++best.counts[shape];
    left = left - shapes[shape];
  }
}

void ConfigurationBound::Deleter::operator()(glp_prob* problem) const {
  glp_delete_prob(problem);
}

// Rows are the shapes, then the kinds.
ConfigurationBound::ConfigurationBound(std::vector<HostKind> kinds, std::vector<Size> shapes,
                                       std::int64_t max_work)
    : kinds_(std::move(kinds)),
      shapes_(std::move(shapes)),
      work_left_(max_work),
      problem_(glp_create_prob()) {
  glp_term_out(GLP_OFF);
  glp_set_obj_dir(problem_.get(), GLP_MIN);
  glp_add_rows(problem_.get(), static_cast<int>(shapes_.size() + kinds_.size()));
  bool limited = false;
  for (std::size_t kind = 0; kind < kinds_.size(); ++kind) {
    const bool has_limit = kinds_[kind].count != kUnlimited;
    limited = limited || has_limit;
    glp_set_row_bnds(problem_.get(), static_cast<int>(shapes_.size() + kind) + 1, has_limit ? GLP_UP : GLP_FR,
                     0, static_cast<double>(kinds_[kind].count));
    for (std::size_t shape = 0; shape < shapes_.size(); ++shape) {
      if (!shapes_[shape].fits_into(kinds_[kind].size)) continue;
      std::vector<std::int64_t> counts(shapes_.size());
      counts[shape] = times(shapes_[shape], kinds_[kind].size);
      add_column(kind, counts);
    }
  }
  for (std::size_t shape = 0; limited && shape < shapes_.size(); ++shape) add_missing(shape);
}

void ConfigurationBound::add_column(std::size_t kind, const std::vector<std::int64_t>& counts) {
  std::vector<int> rows{0, static_cast<int>(shapes_.size() + kind) + 1};  // GLPK counts from 1
  std::vector<double> values{0, 1};
  for (std::size_t shape = 0; shape < counts.size(); ++shape) {
    if (counts[shape] == 0) continue;
    rows.push_back(static_cast<int>(shape) + 1);
    values.push_back(static_cast<double>(counts[shape]));
  }
  const int column = glp_add_cols(problem_.get(), 1);
  glp_set_col_bnds(problem_.get(), column, GLP_LO, 0, 0);
  glp_set_obj_coef(problem_.get(), column, 1);
  glp_set_mat_col(problem_.get(), column, static_cast<int>(rows.size()) - 1, rows.data(), values.data());
}

void ConfigurationBound::add_missing(std::size_t shape) {
  const std::vector<int> rows{0, static_cast<int>(shape) + 1};
  const std::vector<double> values{0, 1};
  const int column = glp_add_cols(problem_.get(), 1);
  glp_set_col_bnds(problem_.get(), column, GLP_LO, 0, 0);
  glp_set_obj_coef(problem_.get(), column, kMissing);
  glp_set_mat_col(problem_.get(), column, 1, rows.data(), values.data());
}

ConfigurationBound::Prices ConfigurationBound::solve_for_prices() {
  glp_smcp options;
  glp_init_smcp(&options);
  options.msg_lev = GLP_MSG_OFF;
  glp_simplex(problem_.get(), &options);
  const auto price = [this](std::size_t row, double sign) {
    const double dual = std::max(0.0, sign * glp_get_row_dual(problem_.get(), static_cast<int>(row) + 1));
    return static_cast<std::int64_t>(std::floor(std::min(dual, kMissing) * kPriceUnit));
  };
  Prices prices;
  for (std::size_t shape = 0; shape < shapes_.size(); ++shape) prices.of_shapes.push_back(price(shape, 1));
  for (std::size_t kind = 0; kind < kinds_.size(); ++kind)
    prices.of_kinds.push_back(price(shapes_.size() + kind, -1));
  return prices;
}

std::int64_t ConfigurationBound::rounded_up() const {
  double hosts = 0;
  for (int column = 1; column <= glp_get_num_cols(problem_.get()); ++column)
    hosts += std::ceil(glp_get_col_prim(problem_.get(), column) - kRoundingNoise);
  return static_cast<std::int64_t>(hosts);
}

// With the worth of a host of one kind as the measure: hosts of kinds that are worth more hold what they are
// worth more, each of them once; what is left needs so many hosts that are worth no more than the measure.
// This holds for each measure, so the best is taken.
std::int64_t ConfigurationBound::proved_by(const Certificate& found,
                                           const std::vector<std::int64_t>& demand) const {
  std::int64_t all = 0;
  for (std::size_t shape = 0; shape < demand.size(); ++shape)
    if (!add_product(all, demand[shape], found.prices[shape])) return 0;
  std::int64_t best = 0;
  for (const std::int64_t measure : found.worths) {
    if (measure <= 0) continue;
    std::int64_t left = all;
    bool valid = true;
    for (std::size_t kind = 0; kind < kinds_.size() && valid; ++kind) {
      const std::int64_t more = found.worths[kind] - measure;
      if (more > 0) valid = add_product(left, -more, kinds_[kind].count);
    }
    if (valid && left > 0) best = std::max(best, (left - 1) / measure + 1);
  }
  return best;
}

Certificate ConfigurationBound::prove(const std::vector<std::int64_t>& demand) {
  for (std::size_t shape = 0; shape < demand.size(); ++shape)
    glp_set_row_bnds(problem_.get(), static_cast<int>(shape) + 1, GLP_LO, static_cast<double>(demand[shape]),
                     0);
  Certificate best{.prices = std::vector<std::int64_t>(shapes_.size()),
                   .worths = std::vector<std::int64_t>(kinds_.size())};
  for (bool better = true; better && work_left_ > 0;) {
    const Prices prices = solve_for_prices();
    Certificate found{.prices = prices.of_shapes};
    better = false;
    for (std::size_t kind = 0; kind < kinds_.size(); ++kind) {
      const Configuration configuration = best_configuration(kinds_[kind].size, shapes_, found.prices);
      work_left_ -= configuration_work(kinds_[kind].size, shapes_);
      found.worths.push_back(configuration.worth);
      if (configuration.worth <= kPriceUnit + prices.of_kinds[kind] + kTolerance) continue;
      if (glp_get_num_cols(problem_.get()) >= kMaxColumns) continue;
      add_column(kind, configuration.counts);
      better = true;
    }
    found.at_least = proved_by(found, demand);
    if (found.at_least >= best.at_least) best = std::move(found);
  }
  best.at_most = rounded_up();
  return best;
}

}  // namespace hanse::placement::packing
