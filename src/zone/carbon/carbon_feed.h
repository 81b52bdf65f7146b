// CarbonFeed: how much carbon dioxide this zone's electricity costs now, with who says so: read from a file
// or an https URL again and again (placement/carbon.h is the form), under the zone's name or its member
// state.
//
// A reading that cannot be used changes nothing: the figures before it count until they are stale, then the
// configuration's figure or the yearly average, whose source then says that the feed is not current. What is
// wrong is told once, by the log and an event, and so is its end. Lifecycle: keep() for as long as it lives.
// Thread: the loop. Failure: none.
#pragma once

#include <optional>
#include <string>

#include "federation/zone_digest.h"
#include "placement/carbon.h"
#include "zone/event_log.h"
#include "zone/zone_config.h"

namespace hanse::zone {

class CarbonFeed {
 public:
  CarbonFeed(Runtime& runtime, EventLog& events, const ZoneConfig& config)
      : runtime_(runtime),
        events_(events),
        config_(config),
        feed_(config.carbon_feed.value_or(CarbonFeedConfig())),
        log_(runtime.log, "carbon") {}

  // Ends at once when the zone has no feed.
  Task<void> keep();
  // Without a feed that of the configuration, else the average.
  std::optional<federation::CarbonFigure> figure() const;

 private:
  Task<Result<std::string>> text() const;
  Task<Status> read();
  std::optional<GramsPerKwh> own_figure(const placement::CarbonTable& table) const;
  bool is_current() const;
  void tell(const std::string& fault);

  Runtime& runtime_;
  EventLog& events_;
  const ZoneConfig& config_;
  CarbonFeedConfig feed_;
  Logger log_;
  std::optional<federation::CarbonFigure> read_;
  WallTime from_ = {};  // since when read_ counts
  std::string told_;    // what is wrong; empty: nothing
};

}  // namespace hanse::zone
