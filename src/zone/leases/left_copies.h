// Copies of machines that are to be removed from a host when it can be told: of what was restarted elsewhere
// while the host was away, and of what has moved to another host of the zone. They stand in the host's own
// record until its reconciler (simple_reconcilers.h) has heard that they are gone. Pure but for reading the
// tables.
#pragma once

#include <string>

#include "store/store.h"
#include "zone/tables.h"

namespace hanse::zone {

// With what else becomes of the instance: that host is to remove its copy. Nothing for a host without record.
void leave_copy(const Tables& tables, const std::string& host, const std::string& uid,
                store::Transaction& transaction);
// The host has to remove an older copy of that machine first.
bool has_left_copy(const Tables& tables, const std::string& host, const std::string& uid);

}  // namespace hanse::zone
