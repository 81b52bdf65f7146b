// OwnCard: this zone's signed card, made anew when its CAs change. Thread: the loop. Failure:
// failed_precondition when the zone has no address that others can reach.
#pragma once

#include <cstdint>
#include <string>

#include "federation/zone_card.h"
#include "federation/zone_identity.h"
#include "runtime/clock.h"
#include "zone/zone_config.h"

namespace hanse::zone {

class OwnCard {
 public:
  OwnCard(const Clock& clock, const federation::ZoneIdentity& identity, const ZoneConfig& config)
      : clock_(clock), identity_(identity), config_(config) {}

  Result<federation::SignedRecord> get();
  // The next one has a version above `seen`: after a change, and when others know a later card than this one.
  void outdate(std::int64_t seen = 0);

 private:
  const Clock& clock_;
  const federation::ZoneIdentity& identity_;
  const ZoneConfig& config_;
  federation::SignedRecord card_;
  std::int64_t last_version_ = 0;
};

// Where other zones reach this one: `advertise` of the configuration, or what it listens on.
Result<Endpoint> advertised_endpoint(const ZoneConfig& config);

}  // namespace hanse::zone
