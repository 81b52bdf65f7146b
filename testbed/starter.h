// `hanse testbed up`: makes the folders, the namespaces, the WAN, the zones and the hosts, in this order, and
// waits until each is at work.
//
// Everything is recorded before it is made (testbed_state.h). When a step fails, what was made is removed
// again unless the options say otherwise. Needs root. Thread: the loop.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/runtime.h"
#include "testbed/launcher.h"
#include "testbed/plan.h"
#include "testbed/zone_access.h"

namespace hanse::testbed {

struct UpOptions {
  Plan plan;
  Programs programs;
  bool keep_on_failure = false;
  Nanos step_limit = kStepLimit;
  std::function<void(std::string_view)> progress;  // a line for each step; may be empty
};

// Errors: failed_precondition when the testbed is up already, another command is at it, or its names or
// addresses are taken; permission_denied without root; deadline_exceeded or unavailable, with the end of its
// log, when a program does not get to work.
Task<Status> up(Runtime& runtime, ZoneAccess& access, UpOptions options);

}  // namespace hanse::testbed
