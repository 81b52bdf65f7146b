// Enrolment: a host's first word to its zone, a one-time token for a certificate.
//
// Waits, with back-off and a message, for the zone's CA file and for the zone itself; a zone that refuses
// ends it. The key is on disk before the token is used, so that a crash in between tries again with the same
// key. Thread: the loop. Failure: unauthenticated (token), already_exists (the name is taken), what else the
// zone answers, not_found (no token file), those of Files.
#pragma once

#include "host/host_config.h"
#include "host/identity_files.h"
#include "runtime/certificates.h"
#include "runtime/runtime.h"

namespace hanse::host {

// Requires: all arguments outlive the task.
Task<Result<IdentityRecord>> enrol(Runtime& runtime, Certificates& certificates, IdentityFiles& files,
                                   const HostConfig& config);

}  // namespace hanse::host
