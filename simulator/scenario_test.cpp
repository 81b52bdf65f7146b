// A federation of toy zones and hosts under faults: the frame itself, without the production coroutines.
#include "simulator/scenario.h"

#include <array>
#include <doctest/doctest.h>

#include "host/drivers/simulated/driver.h"
#include "runtime/sleep.h"
#include "simulator/test_roots.h"

namespace hanse::simulator {
namespace {

constexpr std::uint16_t kScenarioPort = 443;

struct Counters {
  int beats = 0;  // that arrived at some zone
  int last_minute = 0;
};

Task<void> take_beats(std::unique_ptr<Stream> stream, Counters* counters) {
  std::array<std::byte, 64> buffer{};
  while (true) {
    const auto count = co_await stream->read_some(buffer);
    if (!count || *count == 0) co_return;
    ++counters->beats;
  }
}

Task<void> accept_beats(ProcessContext context, Scope* scope, Counters* counters) {
  auto listener = co_await context.runtime.network.listen(Endpoint{.host = "0.0.0.0", .port = kScenarioPort},
                                                          std::nullopt);
  if (!listener) co_return;
  while (true) {
    auto stream = co_await (*listener)->accept();
    if (!stream || !scope->spawn(take_beats(std::move(*stream), counters))) co_return;
  }
}

class ToyZone final : public ProcessRoot {
 public:
  ToyZone(ProcessContext context, Counters* counters) {
    up_ = scope_.spawn(accept_beats(context, &scope_, counters));
  }
  bool up() const { return up_; }

 private:
  bool up_ = false;
  Scope scope_;
};

Task<Status> beat(ProcessContext context, std::string zone) {
  HANSE_CO_TRY(const auto stream,
               co_await context.runtime.network.connect(
                   Endpoint{.host = std::move(zone), .port = kScenarioPort}, std::nullopt, Seconds{5}));
  while (true) {
    HANSE_CO_CHECK(co_await stream->write(as_bytes("beat")));
    co_await sleep_for(context.runtime.scheduler, Seconds{1});
  }
}

// Keeps one machine running, whatever happens to the agent, and tells its zone every second.
class ToyHost final : public ProcessRoot {
 public:
  ToyHost(ProcessContext context, const HostPlace& place)
      : driver_(context.runtime, place.fleet, {.host = place.name, .stream_host = place.name}) {
    up_ = scope_.spawn(keep(context, place.name)) && scope_.spawn(report(context, place.zone));
  }
  bool up() const { return up_; }

 private:
  Task<void> keep(ProcessContext context, std::string host) {
    const model::MachineSpec spec{.uid = "vm-" + host, .name = host, .title = host, .memory_mib = {64}};
    while (true) {
      const Status started = co_await driver_.start(spec, Epoch{1});
      if (!started) Logger(context.runtime.log, "host").warning("{}", started.error().message);
      co_await sleep_for(context.runtime.scheduler, Seconds{5});
    }
  }
  Task<void> report(ProcessContext context, std::string zone) {
    while (true) {
      const Status told = co_await beat(context, zone);
      if (!told) co_await sleep_for(context.runtime.scheduler, Seconds{1});
    }
  }

  host::simulated::SimulatedDriver driver_;
  bool up_ = false;
  Scope scope_;
};

struct Run {
  Outcome outcome;
  Counters counters;
};

Run run(std::uint64_t seed) {
  Run result;
  Counters& counters = result.counters;
  FederationOptions options{.seed = seed, .zones = 2, .hosts_per_zone = 2};
  options.faults = {.end = Seconds{60}, .mean_interval = Seconds{2}, .longest = Seconds{10}};
  options.faults.weights.dead_hypervisor = 4;
  options.settle_time = Seconds{120};
  Federation federation(
      options,
      [&](ProcessContext context, const ZonePlace&) { return std::make_unique<ToyZone>(context, &counters); },
      [](ProcessContext context, const HostPlace& place) {
        return std::make_unique<ToyHost>(context, place);
      });
  federation.world().at(Seconds{160}, [&] { counters.last_minute = counters.beats; });
  const std::string uid = "vm-host-a1";
  result.outcome =
      federation.run({{"runs once", [&] { return check_runs_once(federation.fleet(), uid); }},
                      {"writes kept", [&] { return check_writes_kept(federation.fleet(), uid); }}});
  return result;
}

TEST_CASE("a federation goes through faults, comes to rest, and does the same for the same seed") {
  const Run first = run(11);
  CHECK_FALSE(first.outcome.violation);
  CHECK(first.outcome.faults > 10);
  CHECK(first.outcome.dead_hypervisors.running > 0);
  CHECK(first.outcome.dead_hypervisors.incoming == 0);
  CHECK(first.outcome.virtual_time == Seconds{180});
  // After the faults all four hosts reach their zones again, twenty beats each.
  CHECK(first.counters.beats - first.counters.last_minute >= 76);
  CHECK(first.outcome.digest == run(11).outcome.digest);
  CHECK(first.outcome.digest != run(12).outcome.digest);
}

TEST_CASE("what a final check finds is the outcome") {
  Federation federation(
      {.faults = {.end = Seconds{10}}, .settle_time = Seconds{1}},
      [](ProcessContext, const ZonePlace&) { return std::make_unique<ProcessRoot>(); },
      [](ProcessContext, const HostPlace&) { return std::make_unique<ProcessRoot>(); });
  CHECK(federation.world().process_names().size() == 6);
  const Outcome outcome = federation.run({{"never", [] { return std::optional<std::string>("wrong"); }}});
  REQUIRE(outcome.violation);
  CHECK(outcome.violation->invariant == "never");
}

}  // namespace
}  // namespace hanse::simulator
