// bench_packing TRACE VCPUxMIB...: replays the trace on fleets of hosts of each size, under each policy, and
// proves beside each sample how many hosts any packing needs. Prints a JSON object for each size. All is
// deterministic. Ends with 1 when the trace cannot be read or a fleet is smaller than what was proved.
#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <string_view>

#include "bench/packing/fleet.h"
#include "bench/packing/population.h"
#include "bench/packing/trace.h"

namespace hanse::bench {
namespace {

using std::chrono::hours;

// The fleet grows for five and a half days, then follows the days; the trace's last arrivals are after nine.
constexpr Window kWindow{.from = hours(6 * 24), .to = hours(9 * 24), .every = std::chrono::minutes(15)};

constexpr double kUnlimited = 12;  // all of them, each step

std::vector<Policy> policies() {
  return {
      {.name = "best_fit"},
      {.name = "price", .shadow_price = true},
      {.name = "price_learned", .shadow_price = true, .lifetimes = Lifetimes::learned},
      {.name = "price_known", .shadow_price = true, .lifetimes = Lifetimes::known},
      {.name = "best_fit_moves", .hourly_moves = placement::packing::kHourlyMoves},
      {.name = "price_moves", .shadow_price = true, .hourly_moves = placement::packing::kHourlyMoves},
      {.name = "all",
       .shadow_price = true,
       .lifetimes = Lifetimes::learned,
       .hourly_moves = placement::packing::kHourlyMoves},
      {.name = "all_fewer_moves",
       .shadow_price = true,
       .lifetimes = Lifetimes::learned,
       .hourly_moves = 0.002},
      {.name = "all_unlimited",
       .shadow_price = true,
       .lifetimes = Lifetimes::learned,
       .hourly_moves = kUnlimited},
  };
}

[[noreturn]] void give_up(const std::string& reason) {
  fmt::print(stderr, "bench_packing: {}\n", reason);
  std::exit(1);
}

Size parse_size(std::string_view text) {
  char* end = nullptr;
  const std::string copy(text);
  const Size size{{std::strtol(copy.c_str(), &end, 10)}, {*end == 'x' ? std::strtol(end + 1, &end, 10) : 0}};
  if (*end != '\0' || size.vcpu.value <= 0 || size.memory.value <= 0)
    give_up(fmt::format("'{}' is not the size of a host; write it as 40x131072, vCPUs and MiB", text));
  return size;
}

Trace load(const char* path) {
  std::ifstream file(path);
  if (!file) give_up(fmt::format("'{}' cannot be opened; run.py unpacks it", path));
  auto trace = read_trace(file);
  if (!trace) give_up(trace.error().message);
  return std::move(*trace);
}

std::string run_policy(const Trace& trace, Size host, const Policy& policy,
                       const std::vector<std::int64_t>& proved) {
  Fleet fleet(trace, host, policy, kWindow);
  replay(trace, kWindow.to, fleet);
  for (std::size_t sample = 0; sample < proved.size(); ++sample) {
    if (fleet.open_hosts()[sample] < proved[sample])
      give_up(
          fmt::format("policy '{}' used fewer hosts than was proved: one of the two is wrong", policy.name));
  }
  return fmt::format(
      R"({{"name": "{}", "open": [{}], "moves_an_hour": {:.1f}, "moved_share": {:.5f}, "most_moved_share": {:.5f}}})",
      policy.name, fmt::join(fleet.open_hosts(), ", "), fleet.moves_an_hour(), fleet.moved_share_an_hour(),
      fleet.most_moved_in_an_hour());
}

void run_size(const Trace& trace, const Population& population, Size host) {
  for (const Size& shape : trace.shapes) {
    if (!shape.fits_into(host))
      give_up(fmt::format("an instance of {} vCPU and {} MiB fits on no host of {} and {}; name a larger one",
                          shape.vcpu.value, shape.memory.value, host.vcpu.value, host.memory.value));
  }
  std::vector<std::int64_t> at_least, at_most;
  for (const Certificate& certificate : population.bounds(host)) {
    at_least.push_back(certificate.at_least);
    at_most.push_back(certificate.at_most);
  }
  std::vector<std::string> results;
  for (const Policy& policy : policies()) results.push_back(run_policy(trace, host, policy, at_least));
  fmt::print(R"({{"vcpu": {}, "memory_mib": {}, "at_least": [{}], "at_most": [{}], "policies": [{}]}})"
             "\n",
             host.vcpu.value, host.memory.value, fmt::join(at_least, ", "), fmt::join(at_most, ", "),
             fmt::join(results, ", "));
  std::fflush(stdout);
}

}  // namespace
}  // namespace hanse::bench

int main(int count, char** arguments) {
  using namespace hanse::bench;
  if (count < 3) {
    fmt::print(stderr, "usage: bench_packing TRACE VCPUxMIB...\n");
    return 2;
  }
  const Trace trace = load(arguments[1]);
  Population population(trace, kWindow);
  replay(trace, kWindow.to, population);
  for (int i = 2; i < count; ++i) run_size(trace, population, parse_size(arguments[i]));
  return 0;
}
