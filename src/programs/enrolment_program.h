// `hanse host enrol`: makes this machine a host of the zone that has invited it, over the real runtime.
//
// Lifecycle: ends when it is done. Failure: printed; exit code by class; see host/enrolment.h.
#pragma once

#include "cli/daemon_options.h"

namespace hanse::programs {

int run_host_enrolment(const cli::HostEnrolOptions& options);

}  // namespace hanse::programs
