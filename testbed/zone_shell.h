// `hanse testbed shell ZONE`: a command, or the person's shell, inside a zone's network namespace.
//
// Replaces this process, so it returns only to say why it could not. Needs root.
#pragma once

#include <string>
#include <vector>

#include "testbed/plan.h"

namespace hanse::testbed {

// An empty command is $SHELL. In it HANSE_CONTEXT names the zone and HANSE_CONFIG the testbed's contexts.
// Errors: not_found, permission_denied.
Error replace_by_shell(const Plan& plan, const std::string& zone_name, std::vector<std::string> command);

}  // namespace hanse::testbed
