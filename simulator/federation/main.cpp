// The simulation as a program: runs seeds of a scenario, one line each; exit status 1 when one fails.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <string>

#include "simulator/federation/joins.h"
#include "simulator/federation/moves.h"
#include "simulator/federation/placement.h"

namespace hanse::simulator {
namespace {

// What came of one seed.
struct Report {
  std::optional<Violation> violation;
  std::string line;
  Counts counts;
};
using Scenario = std::function<Report(std::uint64_t seed, bool print_trace)>;

template <class Result>
Report report(const Result& outcome) {
  return {outcome.run.violation, describe(outcome), counts_of(outcome)};
}

const std::map<std::string, Scenario>& scenarios() {
  static const std::map<std::string, Scenario> all = {
      {"moves",
       [](auto seed, bool print) { return report(run_moves({.seed = seed, .print_trace = print})); }},
      {"joins",
       [](auto seed, bool print) { return report(run_joins({.seed = seed, .print_trace = print})); }},
      {"placement",
       [](auto seed, bool print) { return report(run_placement({.seed = seed, .print_trace = print})); }}};
  return all;
}

struct Arguments {
  std::string scenario = "moves";
  std::string seeds = "1-200";
  std::uint64_t seed = 0;
  bool quiet = false;
  bool reaches = false;
  std::string expected;
};

struct Range {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
};

Range read_range(const std::string& text) {
  const std::size_t dash = text.find('-');
  const std::uint64_t first = std::stoull(text);
  return {first, dash == std::string::npos ? first : std::stoull(text.substr(dash + 1))};
}

bool run_range(const Arguments& arguments, Range range) {
  const Scenario& run = scenarios().at(arguments.scenario);
  std::uint64_t failed = 0;
  Counts total;
  for (std::uint64_t seed = range.first; seed <= range.last; ++seed) {
    const Report outcome = run(seed, false);
    for (const auto& [what, count] : outcome.counts) total[what] += count;
    if (!arguments.quiet || outcome.violation) fmt::print("{}\n", outcome.line);
    if (!outcome.violation) continue;
    ++failed;
    fmt::print("  replay it with: ./dev sim --scenario {} --seed {}\n", arguments.scenario, seed);
    std::fflush(stdout);
  }
  fmt::print("{} seeds, {} failed\n", range.last - range.first + 1, failed);
  for (const auto& [what, count] : total) {
    fmt::print("  {} {}\n", count, what);
    if (arguments.reaches && count == 0) ++failed;
  }
  return failed == 0;
}

// Success at the first seed that violates this invariant.
bool find(const Arguments& arguments, Range range) {
  const Scenario& run = scenarios().at(arguments.scenario);
  for (std::uint64_t seed = range.first; seed <= range.last; ++seed) {
    const Report outcome = run(seed, false);
    if (outcome.violation) fmt::print("{}\n", outcome.line);
    if (outcome.violation && outcome.violation->invariant == arguments.expected) return true;
  }
  fmt::print("no seed of {} to {} violates '{}'\n", range.first, range.last, arguments.expected);
  return false;
}

// One seed, with all that happens on standard error.
bool replay(const Arguments& arguments) {
  const Report outcome = scenarios().at(arguments.scenario)(arguments.seed, true);
  fmt::print("{}\n", outcome.line);
  return !outcome.violation;
}

}  // namespace

int run_program(int argc, char** argv) {
  CLI::App app("Runs a federation of zones under faults, in virtual time, from seeds");
  Arguments arguments;
  app.add_option("--scenario", arguments.scenario, "What they do: moves, joins or placement")
      ->check(CLI::IsMember({"moves", "joins", "placement"}));
  app.add_option("--seeds", arguments.seeds, "Run these, one line each: 1-200")
      ->check([](const std::string& text) {
        const bool digits = text.find_first_not_of("0123456789-") == std::string::npos;
        return digits && !text.starts_with('-') && !text.ends_with('-') ? "" : "give a range such as 1-200";
      });
  const CLI::Option* one = app.add_option("--seed", arguments.seed, "Run this one and print its trace");
  app.add_flag("--quiet", arguments.quiet, "Print failures only");
  app.add_flag("--reaches", arguments.reaches, "Fail, too, when something that is under test never happened");
  const CLI::Option* expected = app.add_option("--expect", arguments.expected,
                                               "Succeed at the first seed that violates this invariant");
  CLI11_PARSE(app, argc, argv);
  if (one->count() > 0) return replay(arguments) ? 0 : 1;
  const Range range = read_range(arguments.seeds);
  const bool good = expected->count() > 0 ? find(arguments, range) : run_range(arguments, range);
  return good ? 0 : 1;
}

}  // namespace hanse::simulator

int main(int argc, char** argv) {
  return hanse::simulator::run_program(argc, argv);
}
