// The WAN emulator's process: one thread, one epoll loop over a TAP device per zone, a timer for the frames
// on their way, the control socket and the signals.
//
// A packet forwarder that lives on single microseconds: it has its own loop and clock and does not go through
// Runtime; what it decides is in the pure WanSwitch. Needs root.
#pragma once

#include <string>

#include "base/result.h"
#include "runtime/random.h"
#include "testbed/wan/wan_options.h"

namespace hanse::testbed {

// Forwards until SIGTERM or SIGINT. The control socket exists once all devices are up. Errors: as
// TapDevice::open() and ControlServer::listen(); internal for a broken loop.
Status run_relay(const WanOptions& options, Random& random);

// The whole of the hidden command `hanse testbed wan FILE`: reads the options from the file and runs.
Status run_wan(const std::string& options_file, Random& random);

}  // namespace hanse::testbed
