// `hanse simulate fleet`: one process that stands for many hosts of a real zone, each with a name, a
// certificate and a connection of its own, over the real runtime; for planning capacity, and for benches.
//
// Lifecycle: enrols by the rights of the context's user, connects at a limited rate, runs until a signal; its
// machines end with it, and the zone starts them again on the next fleet. Thread: the loop. Failure: printed;
// exit code by class.
#pragma once

#include "cli/daemon_options.h"

namespace hanse::programs {

int run_fleet(const cli::FleetOptions& options);

}  // namespace hanse::programs
