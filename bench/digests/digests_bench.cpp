// What it costs to spread digests through a federation, in virtual time: one line of JSON for each size.
//
// Usage: bench_digests SEED ZONES...
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>

#include "simulator/digests/digest_figures.h"

int main(int argc, char** argv) {
  const std::uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  for (int i = 2; i < argc; ++i) {
    const hanse::simulator::DigestFigures figures =
        hanse::simulator::measure_digests(std::atoi(argv[i]), seed);
    fmt::print("{}\n", hanse::simulator::to_json_line(figures));
    std::fflush(stdout);
  }
  return 0;
}
