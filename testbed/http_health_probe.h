// The real HealthProbe: asks each zone's API over TLS, with the token that the testbed wrote.
//
// Thread: the loop. Failure: unavailable, deadline_exceeded, or what the zone answers.
#pragma once

#include <string>

#include "runtime/runtime.h"
#include "testbed/health_probe.h"

namespace hanse::testbed {

class HttpHealthProbe final : public HealthProbe {
 public:
  explicit HttpHealthProbe(Runtime& runtime) : runtime_(runtime) {}
  // /healthz answers.
  Task<Status> check_zone(ZonePlan zone) override;
  // The zone lists the host as active.
  Task<Status> check_host(ZonePlan zone, HostPlan host) override;

 private:
  Task<Result<json::Value>> ask(ZonePlan zone, std::string target);

  Runtime& runtime_;
};

}  // namespace hanse::testbed
