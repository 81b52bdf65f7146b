// `hanse testbed`: a federation on this machine; see testbed/.
#pragma once

#include "cli/daemon_options.h"

namespace hanse::programs {

int run_testbed(const cli::TestbedOptions& options);

}  // namespace hanse::programs
