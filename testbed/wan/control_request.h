// What a control line asks of the switch, done and answered. Pure but for the switch that it changes.
#pragma once

#include <string>

#include "testbed/wan/wan_options.h"
#include "testbed/wan/wan_switch.h"

namespace hanse::testbed {

// Errors: invalid_argument, not_found.
Status change_link(WanSwitch& wan, const LinkChange& change);

// One line in, one line out (a ControlAnswer); a wrong line changes nothing and is answered with its error.
std::string answer_control_line(WanSwitch& wan, const std::string& line);

}  // namespace hanse::testbed
