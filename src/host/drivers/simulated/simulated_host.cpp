#include "host/drivers/simulated/simulated_host.h"

#include <utility>

#include "base/scope.h"
#include "runtime/random.h"
#include "runtime/sleep.h"

namespace hanse::host::simulated {
namespace {

constexpr int kBootIdDigits = 32;

}  // namespace

Task<Result<std::unique_ptr<OpenPath>>> NoPaths::open(model::MoveOrder) {
  co_return fail(Code::failed_precondition,
                 "a host of a simulated fleet takes no part in moves; use 'hanse testbed' to try those");
}

SimulatedHost::SimulatedHost(SharedParts& parts, SimulatedHostConfig config)
    : parts_(parts),
      name_(std::move(config.name)),
      boot_id_(random_token(parts.runtime.random, kBootIdDigits)),
      zone_(parts.runtime, {.endpoint = std::move(config.zone_endpoint),
                            .tls = std::move(config.tls),
                            .user_agent = "hanse-fleet/" + parts.version}),
      driver_(parts.runtime, parts.fleet, {.host = name_, .inventory = std::move(config.inventory)}),
      leases_(parts.runtime, driver_, [this] { link_.ping_soon(); }),
      context_{parts.runtime, driver_,       parts.blobs,     parts.paths, parts.markers,
               leases_,       parts.seeding, parts.snapshots, false},
      link_(parts.runtime, zone_, name_, *this),
      machines_(context_, [this](model::MachineObserved view) { link_.send(std::move(view)); }),
      consoles_(driver_, [this](model::HostResponse answer) { link_.send(std::move(answer)); }) {}

Task<void> SimulatedHost::run(Nanos delay) {
  co_await sleep_for(parts_.runtime.scheduler, delay);
  (void)co_await machines_.recover();
  Scope scope(2);
  if (scope.spawn(machines_.report_changes()) && scope.spawn(link_.run())) co_await scope.wait_idle();
}

Task<Result<model::HostHello>> SimulatedHost::hello() {
  HANSE_CO_TRY(model::Inventory inventory, co_await driver_.inventory());
  co_return model::HostHello{.name = name_,
                             .version = parts_.version,
                             .boot_id = boot_id_,
                             .stream_address = "",
                             .inventory = std::move(inventory)};
}

}  // namespace hanse::host::simulated
