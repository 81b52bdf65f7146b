// The simulation as a program: runs seeds of the scenario of moves, one line each; exit status 1 when one
// fails.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <string>

#include "simulator/federation/moves.h"

namespace hanse::simulator {
namespace {

struct Arguments {
  std::string seeds = "1-200";
  std::uint64_t seed = 0;
  bool quiet = false;
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

bool run_range(Range range, bool quiet) {
  std::uint64_t failed = 0;
  for (std::uint64_t seed = range.first; seed <= range.last; ++seed) {
    const MoveOutcome outcome = run_moves({.seed = seed});
    const bool good = !outcome.run.violation;
    if (!quiet || !good) fmt::print("{}\n", describe(outcome));
    if (good) continue;
    ++failed;
    fmt::print("  replay it with: ./dev sim --seed {}\n", seed);
    std::fflush(stdout);
  }
  fmt::print("{} seeds, {} failed\n", range.last - range.first + 1, failed);
  return failed == 0;
}

// Success at the first seed that violates this invariant.
bool find(Range range, const std::string& invariant) {
  for (std::uint64_t seed = range.first; seed <= range.last; ++seed) {
    const MoveOutcome outcome = run_moves({.seed = seed});
    if (outcome.run.violation) fmt::print("{}\n", describe(outcome));
    if (outcome.run.violation && outcome.run.violation->invariant == invariant) return true;
  }
  fmt::print("no seed of {} to {} violates '{}'\n", range.first, range.last, invariant);
  return false;
}

// One seed, with all that happens on standard error.
bool replay(std::uint64_t seed) {
  const MoveOutcome outcome = run_moves({.seed = seed, .print_trace = true});
  fmt::print("{}\n", describe(outcome));
  return !outcome.run.violation;
}

}  // namespace

int run_program(int argc, char** argv) {
  CLI::App app("Runs a federation of three zones under faults, in virtual time, from seeds");
  Arguments arguments;
  app.add_option("--seeds", arguments.seeds, "Run these, one line each: 1-200")
      ->check([](const std::string& text) {
        const bool digits = text.find_first_not_of("0123456789-") == std::string::npos;
        return digits && !text.starts_with('-') && !text.ends_with('-') ? "" : "give a range such as 1-200";
      });
  const CLI::Option* one = app.add_option("--seed", arguments.seed, "Run this one and print its trace");
  app.add_flag("--quiet", arguments.quiet, "Print failures only");
  const CLI::Option* expected = app.add_option("--expect", arguments.expected,
                                               "Succeed at the first seed that violates this invariant");
  CLI11_PARSE(app, argc, argv);
  if (one->count() > 0) return replay(arguments.seed) ? 0 : 1;
  const Range range = read_range(arguments.seeds);
  const bool good =
      expected->count() > 0 ? find(range, arguments.expected) : run_range(range, arguments.quiet);
  return good ? 0 : 1;
}

}  // namespace hanse::simulator

int main(int argc, char** argv) {
  return hanse::simulator::run_program(argc, argv);
}
