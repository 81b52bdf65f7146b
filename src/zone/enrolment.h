// Enrolment: a host's way into the zone: the token that it was invited with buys a certificate, which the
// host then renews with itself.
//
// The host's record is made with it, in one transaction with the use of the token. A name that has enrolled
// cannot be enrolled again until its host is deleted. Thread: the loop. Failure: unauthenticated (token),
// already_exists (name), invalid_argument (request), those of the store.
#pragma once

#include <string>

#include "federation/zone_identity.h"
#include "model/host_messages.h"
#include "store/store.h"
#include "zone/host_invitations.h"
#include "zone/tables.h"

namespace hanse::zone {

class Enrolment {
 public:
  Enrolment(Runtime& runtime, store::Store& store, Tables& tables, HostInvitations& invitations,
            Certificates& certificates, const federation::ZoneIdentity& identity, std::string zone);

  // The token for a new host of this name. Errors: also what HostInvitations::make says.
  Task<Result<std::string>> invite(std::string host, Seconds lifetime);
  // May be asked again with the same request, when its answer was lost.
  Task<Result<model::EnrolmentAnswer>> enrol(model::EnrolmentRequest request);
  // The host that a token with this secret is for; empty: there is no such token.
  std::string invited_host(const std::string& secret) const;
  // Certificates for simulated hosts, whose records are made in one transaction; the caller is an operator.
  // Errors: invalid_argument for numbers out of range.
  Task<Result<model::FleetAnswer>> enrol_fleet(model::FleetRequest request);
  Task<Result<model::EnrolmentAnswer>> renew(std::string host, model::RenewalRequest request);

 private:
  Status check_free(const std::string& host) const;
  Result<model::EnrolmentAnswer> sign(const std::string& host, const std::string& request_pem) const;
  model::Host new_host(const std::string& name) const;

  Runtime& runtime_;
  store::Store& store_;
  Tables& tables_;
  HostInvitations& invitations_;
  Certificates& certificates_;
  const federation::ZoneIdentity& identity_;
  std::string zone_;
};

}  // namespace hanse::zone
