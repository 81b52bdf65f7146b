#include "simulator/federation/host_node.h"

#include <stdexcept>

#include "runtime/sleep.h"
#include "simulator/federation/site.h"
#include "zone/zone_version.h"

namespace hanse::simulator {

HostNode::HostNode(ProcessContext context, const HostPlace& place)
    : certificates_(context.runtime.clock, context.runtime.random), hashing_(context.runtime) {
  if (!scope_.spawn(run(context, place))) throw std::runtime_error("the host cannot run");
}

Task<void> HostNode::run(ProcessContext context, HostPlace place) {
  const Logger log(context.runtime.log, "supervisor");
  while (true) {
    driver_ = std::make_unique<host::simulated::SimulatedDriver>(
        context.runtime, place.fleet,
        host::simulated::SimulatedHostOptions{.host = place.name, .stream_host = place.name});
    agent_ = std::make_unique<host::Agent>(context.runtime, certificates_, hashing_, *driver_,
                                           host_config(place), zone::kVersion);
    const Status ended = co_await agent_->run();
    log.warning("the agent ended: {}", ended ? "of its own accord" : ended.error().message);
    agent_.reset();
    driver_.reset();
    co_await sleep_for(context.runtime.scheduler, kRestartPause);
  }
}

}  // namespace hanse::simulator
