// HostIdentity: who this host is and where its zone: the certificate hanse://zone/<zone>/host/<host> and its
// key, as enrolment (enrolment.h) has left them on disk; renewed when half of their life is over.
//
// Lifecycle: prepare() first; keep_fresh() for as long as the agent runs. Thread: the loop. Failure of
// prepare(): failed_precondition when the machine has not enrolled; data_loss.
#pragma once

#include <string>

#include "host/host_name.h"
#include "host/identity_files.h"
#include "http/client.h"
#include "runtime/certificates.h"
#include "runtime/runtime.h"

namespace hanse::host {

class HostIdentity {
 public:
  HostIdentity(Runtime& runtime, Certificates& certificates, const std::string& data_dir);

  Task<Status> prepare();
  // For ever. A renewed certificate is given to `zone` too.
  Task<void> keep_fresh(http::Client& zone);

  // Requires of these: prepared. The zone must prove its own name, so that no other host of it can pass for
  // it.
  TlsOptions tls() const;
  const std::string& zone() const { return name_.zone; }
  const std::string& name() const { return name_.host; }
  const Endpoint& zone_endpoint() const { return endpoint_; }

 private:
  Status take(IdentityRecord record);
  Task<Status> renew(http::Client& zone);
  Task<Status> renew_and_tell(http::Client& zone);

  Runtime& runtime_;
  Certificates& certificates_;
  Logger log_;
  IdentityFiles files_;
  IdentityRecord record_;
  CertificateInfo info_;
  HostName name_;
  Endpoint endpoint_;
};

}  // namespace hanse::host
