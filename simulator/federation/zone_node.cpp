#include "simulator/federation/zone_node.h"

#include <optional>
#include <stdexcept>
#include <utility>

#include "runtime/sleep.h"
#include "simulator/federation/site.h"
#include "simulator/journal.h"
#include "store/journaled_store.h"

namespace hanse::simulator {

ZoneNode::ZoneNode(ProcessContext context, const ZonePlace& place, zone::ZoneConfig config)
    : certificates_(context.runtime.clock, context.runtime.random),
      hashing_(context.runtime),
      signatures_(context.runtime.random, hashing_),
      peers_(peer_records(place)) {
  if (!scope_.spawn(run(context, std::move(config)))) throw std::runtime_error("the zone cannot run");
}

zone::Zone* ZoneNode::zone() {
  return serves_ ? &server_->zone() : nullptr;
}

Task<void> ZoneNode::run(ProcessContext context, zone::ZoneConfig config) {
  const Logger log(context.runtime.log, "supervisor");
  while (true) {
    const Status started = co_await start(context, config);
    serves_ = started.has_value();
    if (serves_) co_return;
    log.warning("the zone did not start: {}", started.error().message);
    server_.reset();
    store_.reset();
    co_await sleep_for(context.runtime.scheduler, kRestartPause);
  }
}

Task<Status> ZoneNode::start(ProcessContext context, zone::ZoneConfig config) {
  Runtime& runtime = context.runtime;
  auto journal =
      std::make_unique<SimulatedJournal>(runtime.blocking, runtime.scheduler, context.disk, "zone.db");
  HANSE_CO_TRY(store_, co_await store::open_journaled(runtime.scheduler, std::move(journal),
                                                      Logger(runtime.log, "store")));
  server_ = std::make_unique<api::ZoneServer>(runtime, *store_,
                                              Cryptography{certificates_, hashing_, signatures_, web_keys_},
                                              std::move(config), std::nullopt);
  HANSE_CO_CHECK(co_await server_->start());
  for (federation::PeerRecord& peer : peers_)
    HANSE_CO_CHECK(co_await server_->zone().membership().adopt(peer));
  co_return Status();
}

}  // namespace hanse::simulator
