// HealthProbe: whether the zones and hosts that `up` has started are at work. The real one asks their API
// (http_health_probe.h); tests that start stand-in programs have their own.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "testbed/plan.h"

namespace hanse::testbed {

class HealthProbe {
 public:
  virtual ~HealthProbe() = default;
  // Asked again until it succeeds or the time is over. Errors: unavailable with what is missing.
  virtual Task<Status> check_zone(ZonePlan zone) = 0;
  virtual Task<Status> check_host(ZonePlan zone, HostPlan host) = 0;
};

}  // namespace hanse::testbed
