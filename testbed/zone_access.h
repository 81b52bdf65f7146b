// ZoneAccess: what `up` asks of the zones that it has started: whether they and their hosts are at work,
// tokens for the hosts, and that they become peers. The real one speaks with their API (http_zone_access.h);
// tests that start stand-in programs have their own.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "testbed/plan.h"

namespace hanse::testbed {

class ZoneAccess {
 public:
  virtual ~ZoneAccess() = default;
  // Asked again until it succeeds or the time is over. Errors: unavailable with what is missing.
  virtual Task<Status> check_zone(ZonePlan zone) = 0;
  virtual Task<Status> check_host(ZonePlan zone, HostPlan host) = 0;
  // With which the host enrols. Requires: the zone is at work.
  virtual Task<Result<std::string>> invite_host(ZonePlan zone, HostPlan host) = 0;
  // The two zones become peers, as their operators would make them. Requires: both are at work.
  virtual Task<Status> introduce(ZonePlan inviting, ZonePlan joining) = 0;
  // The zone knows what each of the others offers. Asked again, as above. Requires: they are peers.
  virtual Task<Status> check_offers(ZonePlan zone, std::vector<ZonePlan> others) = 0;
};

}  // namespace hanse::testbed
