#include <doctest/doctest.h>
#include <sstream>

#include "bench/packing/fleet.h"
#include "bench/packing/population.h"

namespace hanse::bench {
namespace {

constexpr Size kHost{.vcpu = {8}, .memory = {8192}};

Size gib(std::int64_t vcpu, std::int64_t memory) {
  return {.vcpu = {vcpu}, .memory = {memory * 1024}};
}

constexpr std::string_view kHeads = "heads\n";

Trace trace_of(std::string_view rows) {
  std::istringstream text(std::string(kHeads) + std::string(rows));
  auto trace = read_trace(text);
  REQUIRE(trace);
  return *trace;
}

TEST_CASE("a trace's machines begin and end within their steps, a batch's together") {
  const Trace trace = trace_of("0,1,2,2048,3,5,0,4\n1,1,1,1024,0,0,0,2\n0,0,2,2048,1,1,0,1\n");
  REQUIRE(trace.instances.size() == 7);
  CHECK(trace.shapes == std::vector<Size>{gib(2, 2), gib(1, 1)});
  for (std::size_t i = 0; i < 7; ++i) {
    const TraceInstance& instance = trace.instances[i];
    CHECK(instance.begins / kStep == (i < 4 ? 0 : 1));
    CHECK(instance.begins == trace.instances[i < 4 ? 0 : 4].begins);
    CHECK(instance.ends > instance.begins);
    CHECK(instance.ends >= kStep * (i < 4 ? 3 : 1));
    CHECK(instance.ends <= kStep * (i < 4 ? 6 : 3));
  }
}

TEST_CASE(
    "what was alive at the cut lives on as others of its age did; what was alive at the end outlives it") {
  const Trace cut = trace_of("0,1,1,1024,5,12,0,1000\n0,0,1,1024,13,20,0,1000\n992,1,1,1024,5,12,1,50\n");
  std::size_t in_its_bin = 0;
  std::size_t alive_at_the_cut = 0;
  for (const TraceInstance& instance : cut.instances) {
    if (instance.begins < kStep * 992) continue;
    ++alive_at_the_cut;
    CHECK(instance.ends >= kStep * 1000);
    CHECK(instance.ends <= kStep * (992 + 21));
    in_its_bin += instance.ends < kStep * (992 + 13) ? 1 : 0;
  }
  CHECK(alive_at_the_cut == 50);
  CHECK(in_its_bin > 0);
  CHECK(in_its_bin < 25);
  CHECK(trace_of("2000,1,1,1024,5,12,1,1\n").instances[0].ends == kNever);
}

TEST_CASE("a row that is not of the format is refused") {
  for (const std::string_view row :
       {"1,1,1", "0,1,1,1024,3,2,0,1", "0,1,0,1024,1,2,0,1", "0,1,1,1024,1,2,0,1,9", "a"}) {
    std::istringstream text(std::string(kHeads) + std::string(row));
    CHECK_FALSE(read_trace(text));
  }
}

// Two full hosts a step for ten steps; half of each host ends early, and the other half much later.
std::string half_empty_hosts() {
  std::string rows;
  for (int step = 0; step < 10; ++step)
    rows += std::string(step == 0 ? "0" : "1") + ",1,4,4096,1,1,0,2\n0,0,4,4096,60,60,0,2\n";
  return rows;
}

TEST_CASE("a fleet never has fewer hosts than was proved, and moves bring it there") {
  const Trace trace = trace_of(half_empty_hosts());
  const Window window{.from = kStep * 14, .to = kStep * 40, .every = kStep};
  Population population(trace, window);
  replay(trace, window.to, population);
  const std::vector<Certificate> bounds = population.bounds(kHost);
  Fleet still(trace, kHost, {.name = "still"}, window);
  replay(trace, window.to, still);
  Fleet moving(trace, kHost,
               {.name = "moving", .shadow_price = true, .lifetimes = Lifetimes::learned, .hourly_moves = 12},
               window);
  replay(trace, window.to, moving);
  REQUIRE(bounds.size() == 27);
  REQUIRE(still.open_hosts().size() == bounds.size());
  for (std::size_t sample = 0; sample < bounds.size(); ++sample)
    CHECK(still.open_hosts()[sample] >= bounds[sample].at_least);
  CHECK(bounds.back().at_least == 10);
  CHECK(moving.open_hosts().back() == 10);
  CHECK(still.moves_an_hour() == 0);
}

double most_moved(double hourly_moves) {
  const Trace trace = trace_of("0,1,1,1024,10,200,0,3000\n");
  const Window window{.from = kStep * 5, .to = kStep * 150, .every = kStep};
  Fleet fleet(trace, kHost, {.name = "budget", .hourly_moves = hourly_moves}, window);
  replay(trace, window.to, fleet);
  CHECK(fleet.moved_share_an_hour() <= fleet.most_moved_in_an_hour());
  return fleet.most_moved_in_an_hour();
}

TEST_CASE("the share that moves in an hour stays within the budget") {
  CHECK(most_moved(0) == 0);
  CHECK(most_moved(0.01) > 0);
  CHECK(most_moved(0.01) <= 0.01);
  CHECK(most_moved(12) > 0.02);
}

}  // namespace
}  // namespace hanse::bench
