// The real ZoneAccess: speaks with each zone's API over TLS, with the token that the testbed wrote.
//
// Thread: the loop. Failure: unavailable, deadline_exceeded, or what the zone answers.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "runtime/runtime.h"
#include "testbed/zone_access.h"

namespace hanse::testbed {

class HttpZoneAccess final : public ZoneAccess {
 public:
  explicit HttpZoneAccess(Runtime& runtime) : runtime_(runtime) {}
  // /healthz answers.
  Task<Status> check_zone(ZonePlan zone) override;
  // The zone lists the host as active.
  Task<Status> check_host(ZonePlan zone, HostPlan host) override;
  Task<Result<std::string>> invite_host(ZonePlan zone, HostPlan host) override;
  // By an invitation.
  Task<Status> introduce(ZonePlan inviting, ZonePlan joining) override;
  // Their digests have come, with room on their hosts (peer_offers.h).
  Task<Status> check_offers(ZonePlan zone, std::vector<ZonePlan> others) override;

 private:
  Task<Result<json::Value>> ask(ZonePlan zone, std::string method, std::string target,
                                std::optional<json::Value> body);

  Runtime& runtime_;
};

}  // namespace hanse::testbed
