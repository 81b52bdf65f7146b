#include "bench/packing/configuration_bound.h"

#include <cmath>
#include <glpk.h>
#include <numeric>
#include <utility>

namespace hanse::bench {
namespace {

constexpr std::int64_t kPriceUnit = 1'000'000'000;  // one host
constexpr std::int64_t kTolerance = 1'000;  // in price units: a column that gains less is not worth adding
constexpr double kRoundingNoise = 1e-7;     // of the solver, in hosts
constexpr int kMaxColumns = 100'000;        // an instance of this size needs hundreds

}  // namespace

Configuration best_configuration(Size host, const std::vector<Size>& shapes,
                                 const std::vector<std::int64_t>& prices) {
  std::int64_t unit = host.memory.value;
  for (const Size& shape : shapes) unit = std::gcd(unit, shape.memory.value);
  const std::int64_t columns = host.memory.value / unit + 1;
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
        const std::int64_t memory_left = memory - shapes[shape].memory.value / unit;
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
    const std::size_t shape = last[cell(left.vcpu.value, left.memory.value / unit)];
    if (shape == kNothing) return best;
    ++best.counts[shape];
    left = left - shapes[shape];
  }
}

void ConfigurationBound::Deleter::operator()(glp_prob* problem) const {
  glp_delete_prob(problem);
}

ConfigurationBound::ConfigurationBound(Size host, std::vector<Size> shapes)
    : host_(host), shapes_(std::move(shapes)), problem_(glp_create_prob()) {
  glp_term_out(GLP_OFF);
  glp_set_obj_dir(problem_.get(), GLP_MIN);
  glp_add_rows(problem_.get(), static_cast<int>(shapes_.size()));
  for (std::size_t shape = 0; shape < shapes_.size(); ++shape) {
    std::vector<std::int64_t> counts(shapes_.size());
    counts[shape] = std::min(host.vcpu.value / shapes_[shape].vcpu.value,
                             host.memory.value / shapes_[shape].memory.value);
    add_column(counts);
  }
}

void ConfigurationBound::add_column(const std::vector<std::int64_t>& counts) {
  std::vector<int> rows{0};  // GLPK counts from 1
  std::vector<double> values{0};
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

std::vector<std::int64_t> ConfigurationBound::solve_for_prices() {
  glp_smcp options;
  glp_init_smcp(&options);
  options.msg_lev = GLP_MSG_OFF;
  glp_simplex(problem_.get(), &options);
  std::vector<std::int64_t> prices;
  for (int row = 1; row <= static_cast<int>(shapes_.size()); ++row) {
    const double price = std::max(0.0, glp_get_row_dual(problem_.get(), row));
    prices.push_back(static_cast<std::int64_t>(std::floor(price * kPriceUnit)));
  }
  return prices;
}

std::int64_t ConfigurationBound::rounded_up() const {
  double hosts = 0;
  for (int column = 1; column <= glp_get_num_cols(problem_.get()); ++column)
    hosts += std::ceil(glp_get_col_prim(problem_.get(), column) - kRoundingNoise);
  return static_cast<std::int64_t>(hosts);
}

Certificate ConfigurationBound::prove(const std::vector<std::int64_t>& demand) {
  for (std::size_t shape = 0; shape < demand.size(); ++shape)
    glp_set_row_bnds(problem_.get(), static_cast<int>(shape) + 1, GLP_LO, static_cast<double>(demand[shape]),
                     0);
  Certificate best;
  while (true) {
    Certificate found{.prices = solve_for_prices()};
    const Configuration configuration = best_configuration(host_, shapes_, found.prices);
    found.best_worth = configuration.worth;
    if (found.best_worth > 0) {
      const std::int64_t worth =
          std::inner_product(demand.begin(), demand.end(), found.prices.begin(), std::int64_t{0});
      found.at_least = (worth + found.best_worth - 1) / found.best_worth;
    }
    if (found.at_least >= best.at_least) best = std::move(found);
    const bool done = configuration.worth <= kPriceUnit + kTolerance;
    if (done || glp_get_num_cols(problem_.get()) >= kMaxColumns) break;
    add_column(configuration.counts);
  }
  best.at_most = rounded_up();
  return best;
}

}  // namespace hanse::bench
