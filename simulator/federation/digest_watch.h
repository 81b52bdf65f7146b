// DigestWatch: what the zones believe of each other against what they truly say; and a zone that has gone
// bad: it tells the others forged digests and old ones, which they must not believe.
//
// Lifecycle: as long as the run; tick() now and then, and misbehave() as often as wanted. Thread: one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "federation/signed_record.h"
#include "simulator/federation/workload_watch.h"

namespace hanse::simulator {

class DigestWatch {
 public:
  DigestWatch(World& world, const Sites& sites) : world_(world), sites_(sites) {}

  // Looks at all that is believed.
  void tick();
  // One zone sends to another a record that is forged, or older than what is known: of a third one, or of
  // the one that it is sent to.
  void misbehave();
  // An invariant: nobody ever believed what a zone does not say, or less than it knew already.
  const std::optional<std::string>& broken() const { return broken_; }

  // For the quiet end: all zones know the newest of all others, but for what is just on its way.
  std::optional<std::string> unsettled();

 private:
  zone::Zone* zone(const std::string& name);
  void look_at(zone::Zone& here, const std::string& owner);
  std::optional<federation::SignedRecord> record_of(zone::Zone& zone, federation::RecordKind kind);

  World& world_;
  const Sites& sites_;
  struct Believed {
    int run = 0;  // of the zone that believes it: what it knows is gone with it
    std::string issued_at;
  };
  std::map<std::pair<std::string, std::string>, Believed> believed_;  // by zone and owner
  std::map<std::string, federation::SignedRecord> old_;               // the first digest of each
  std::optional<std::string> broken_;
};

}  // namespace hanse::simulator
