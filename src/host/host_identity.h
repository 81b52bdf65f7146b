// HostIdentity: who this host is: the certificate hanse://zone/<zone>/host/<host> and its key, from disk or
// by enrolment, renewed when half of its life is over.
//
// Lifecycle: prepare() first; keep_fresh() for as long as the agent runs. Thread: the loop. Failure of
// prepare(): host/enrolment.h; failed_precondition when what is on disk is another host's.
#pragma once

#include <string>

#include "host/host_config.h"
#include "host/identity_files.h"
#include "http/client.h"
#include "runtime/certificates.h"
#include "runtime/runtime.h"

namespace hanse::host {

class HostIdentity {
 public:
  HostIdentity(Runtime& runtime, Certificates& certificates, const HostConfig& config);

  Task<Status> prepare();
  // For ever. A renewed certificate is given to `zone` too.
  Task<void> keep_fresh(http::Client& zone);

  // Requires of these: prepared. The zone must prove its own name, so that no other host of it can pass for
  // it.
  TlsOptions tls() const;
  const std::string& zone() const { return zone_; }

 private:
  Status take(IdentityRecord record);
  Task<Status> renew(http::Client& zone);
  WallTime half_life() const;

  Runtime& runtime_;
  Certificates& certificates_;
  const HostConfig& config_;
  Logger log_;
  IdentityFiles files_;
  IdentityRecord record_;
  CertificateInfo info_;
  std::string zone_;
};

}  // namespace hanse::host
