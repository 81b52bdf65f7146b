// `hanse dev`: a zone and a host in one process, for a first try on any machine, without root: everything on
// the loopback address, guests with user networking as the user who runs it.
//
// Prints how to go on: the context file that `hanse` then uses. Runs until a signal; the guests go on running
// and are found again.
#pragma once

#include "cli/daemon_options.h"

namespace hanse::programs {

int run_dev(const cli::DevOptions& options);

}  // namespace hanse::programs
