// Enrolment: a host's way into the zone: a one-time token buys a certificate, which the host then renews with
// itself.
//
// The host's record is made with it. A name that has enrolled cannot be enrolled again until its host is
// deleted. Thread: the loop. Failure: unauthenticated (token), already_exists (name), invalid_argument
// (request).
#pragma once

#include <string>

#include "federation/zone_identity.h"
#include "model/host_messages.h"
#include "zone/authentication.h"
#include "zone/tables.h"

namespace hanse::zone {

class Enrolment {
 public:
  Enrolment(Runtime& runtime, Tables& tables, Authentication& authentication, Certificates& certificates,
            const federation::ZoneIdentity& identity, std::string zone);

  Task<Result<model::EnrolmentAnswer>> enrol(model::EnrolmentRequest request);
  Task<Result<model::EnrolmentAnswer>> renew(std::string host, model::RenewalRequest request);

 private:
  Result<model::EnrolmentAnswer> sign(const std::string& host, const std::string& request_pem) const;

  Runtime& runtime_;
  Tables& tables_;
  Authentication& authentication_;
  Certificates& certificates_;
  const federation::ZoneIdentity& identity_;
  std::string zone_;
};

}  // namespace hanse::zone
