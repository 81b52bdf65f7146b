#include "bench/placement/measure.h"

#include <cstdlib>
#include <ctime>
#include <fmt/format.h>

namespace hanse::bench {

void give_up(const std::string& reason) {
  fmt::print(stderr, "the benchmark gives up: {}\n", reason);
  std::exit(1);
}

double processor_seconds() {
  std::timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace hanse::bench
