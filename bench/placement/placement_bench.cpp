// bench_placement [HOSTS [ZONES [SECONDS [ROUNDS]]]]: choices of a host and of a zone a second on one core,
// beside what looks at all of them. Prints a JSON object a round; all take turns, so that a busy machine hits
// all of them. Ends with 1 when the indexes do not choose what they are compared with chooses.
#include <cstdlib>
#include <fmt/format.h>

#include "bench/placement/host_bench.h"
#include "bench/placement/zone_bench.h"

namespace hanse::bench {

namespace {

void run_round(std::size_t host_count, std::size_t zone_count, Duration time, std::uint64_t seed) {
  const HostFigures hosts = measure_hosts(host_count, time, seed);
  fmt::print(R"({{"host_index": {:.0f}, "host_index_p50_us": {:.3f}, "host_index_p99_us": {:.3f}, )"
             R"("host_fill": {:.0f}, "host_classes": {:.0f}, "host_set": {:.0f}, "host_set_p50_us": {:.3f}, )"
             R"("host_set_p99_us": {:.3f}, "host_scan": {:.0f}, )",
             hosts.index_rate, hosts.index.p50_us, hosts.index.p99_us, hosts.fill_rate, hosts.classes_rate,
             hosts.set_rate, hosts.set.p50_us, hosts.set.p99_us, hosts.scan_rate);
  const ZoneFigures zones = measure_zones(zone_count, time, seed);
  fmt::print(
      R"("zone_index": {:.0f}, "zone_index_p50_us": {:.2f}, "zone_index_p99_us": {:.2f}, )"
      R"("zone_any": {:.0f}, "zone_update_us": {:.2f}, "zone_new_place_us": {:.0f}, "zone_scan": {:.0f}, )"
      R"("zone_planner": {:.1f}, "zone_chosen": {:.3f}, "zone_remaining": {:.1f}}})"
      "\n",
      zones.index_rate, zones.index.p50_us, zones.index.p99_us, zones.any_rate, zones.update_us,
      zones.new_place_us, zones.scan_rate, zones.planner_rate, zones.chosen, zones.remaining);
}

}  // namespace
}  // namespace hanse::bench

int main(int count, char** arguments) {
  const auto number = [&](int at, double otherwise) {
    return count > at ? std::atof(arguments[at]) : otherwise;
  };
  const auto hosts = static_cast<std::size_t>(number(1, 100'000));
  const auto zones = static_cast<std::size_t>(number(2, 10'000));
  const hanse::bench::Duration time(number(3, 1));
  const int rounds = static_cast<int>(number(4, 5));
  if (count > 5 || hosts < 10 || zones < 10 || rounds < 1) {
    fmt::print(
        stderr,
        "usage: bench_placement [HOSTS [ZONES [SECONDS [ROUNDS]]]], with 10 hosts and zones or more\n");
    return 2;
  }
  for (int round = 0; round < rounds; ++round) hanse::bench::run_round(hosts, zones, time, 1000 + round);
  return 0;
}
