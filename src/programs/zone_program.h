// `hanse zone`: one zone as a process: store, zone, API and listener over the real runtime.
//
// Lifecycle: ZoneService is the composition, also for `hanse dev`; run_zone() is the program, until a signal.
// Thread: the loop. Failure: printed by the caller; exit code by class.
#pragma once

#include <memory>
#include <string>

#include "cli/daemon_options.h"
#include "io/real_runtime.h"
#include "zone/zone_config.h"

namespace hanse::programs {

class ZoneService {
 public:
  explicit ZoneService(io::RealRuntime& real);
  ~ZoneService();
  ZoneService(const ZoneService&) = delete;
  ZoneService& operator=(const ZoneService&) = delete;

  // Opens the store, starts the zone and listens.
  Task<Status> start(zone::ZoneConfig config);
  // The token for a new host. Requires: started. Errors: zone/enrolment.h.
  Task<Result<std::string>> invite_host(std::string name, Seconds lifetime);
  // Reads the policy for peers again, in the background.
  void reload();

 private:
  struct Parts;
  io::RealRuntime& real_;
  std::unique_ptr<Parts> parts_;
};

int run_zone(const cli::ZoneOptions& options);

}  // namespace hanse::programs
