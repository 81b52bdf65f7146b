// `hanse testbed up | status | start | shell | down | wan`: from the parsed command line to what people and
// programs read.
//
// Thread: the loop. Everything but `wan`, which has a loop of its own and blocks until it is ended.
#pragma once

#include <string>

#include "cli/daemon_options.h"
#include "cli/terminal.h"
#include "runtime/runtime.h"
#include "testbed/zone_access.h"

namespace hanse::testbed {

// `program` is the path of this very hanse, which `up` starts for the WAN, the zones and the hosts.
// Errors: those of up(), start_again(), down(), read_status(), replace_by_shell(), run_wan().
Task<Status> run_testbed_command(Runtime& runtime, cli::Terminal& terminal, ZoneAccess& access,
                                 cli::TestbedOptions options, std::string program);

}  // namespace hanse::testbed
