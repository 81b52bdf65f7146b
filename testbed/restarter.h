// `hanse testbed start`: starts a zone or a host of a testbed again after it has ended, by whatever means.
//
// Thread: the loop. Needs root.
#pragma once

#include <string>

#include "testbed/launcher.h"
#include "testbed/zone_access.h"

namespace hanse::testbed {

struct StartOptions {
  std::string state_folder;
  Programs programs;
  std::string zone;
  std::string host;  // empty: the zone itself
  Nanos step_limit = kStepLimit;
};

// Errors: not_found when there is no such testbed, zone or host; failed_precondition while it runs or another
// command is at the testbed; those of Launcher.
Task<Status> start_again(Runtime& runtime, ZoneAccess& access, StartOptions options);

}  // namespace hanse::testbed
