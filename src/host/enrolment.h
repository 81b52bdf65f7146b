// Enrolment: a machine's way into a zone: the token that the zone's operator made for it buys a certificate.
//
// The zone is known by what the token says: its address and the fingerprint of its CA. The key is on disk
// before the token is used and stays there until the zone's answer is known, so that the same token may be
// tried again after a crash or a lost answer; what the zone itself refuses leaves nothing behind.
// Thread: the loop. Failure: invalid_argument (altered, expired), already_exists (this folder or the name has
// a host), unauthenticated (wrong, used, expired for the zone, or another CA), unavailable (the zone is not
// reached; try again), those of Files.
#pragma once

#include <string>

#include "host/host_name.h"
#include "runtime/certificates.h"
#include "runtime/hashing.h"
#include "runtime/runtime.h"

namespace hanse::host {

struct EnrolmentOptions {
  std::string data_dir;
  std::string token;  // the whole word
};

// Who this machine is then. Done before by the same token: again. Requires: references outlive the task.
Task<Result<HostName>> enrol(Runtime& runtime, Certificates& certificates, Hashing& hashing,
                             EnrolmentOptions options);

}  // namespace hanse::host
