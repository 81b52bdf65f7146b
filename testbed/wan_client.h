// Talks to a running WAN emulator over its control socket.
//
// Thread: the loop. Failure: unavailable when it does not run, invalid_argument with what it answers.
#pragma once

#include <string>
#include <vector>

#include "runtime/runtime.h"
#include "testbed/wan/wan_options.h"

namespace hanse::testbed {

// Takes effect for what is sent after the answer.
Task<Status> change_link(Runtime& runtime, std::string control_socket, LinkChange change);

// Both directions of each link.
Task<Result<std::vector<LinkReport>>> read_links(Runtime& runtime, std::string control_socket);

}  // namespace hanse::testbed
