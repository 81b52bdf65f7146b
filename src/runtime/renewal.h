// Keeps a certificate fresh: another one is had when half of its life is over, by the wall clock, which is
// the one that others judge it by. It may be set, or the machine may sleep, so the time is looked at every
// few minutes. What fails is tried again soon.
//
// Thread: the loop. Failure: that of a renewal is its own to tell.
#pragma once

#include <functional>

#include "base/result.h"
#include "base/task.h"
#include "runtime/certificates.h"
#include "runtime/runtime.h"

namespace hanse {

struct Renewal {
  std::function<CertificateInfo()> current;  // the certificate in use
  std::function<Task<Status>()> renew;       // replaces it
};

// For ever. Requires: the runtime, and what the functions refer to, outlive it.
Task<void> keep_renewed(Runtime& runtime, Renewal renewal);

}  // namespace hanse
