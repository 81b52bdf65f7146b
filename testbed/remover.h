// `hanse testbed down`: ends and removes all that a testbed has made, whatever state it is in: running, half
// made, or left by a killed command. Doing it again does nothing.
//
// Hosts end first, so that no agent restarts its guests; then guests, zones and the WAN. Only processes that
// belong to the testbed (process_table.h) are ended. The guests' control groups go too. Needs root. Thread:
// the loop.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "runtime/runtime.h"
#include "testbed/plan.h"
#include "testbed/process_table.h"
#include "testbed/testbed_state.h"

namespace hanse::testbed {

struct DownOptions {
  std::string state_folder;
  Nanos grace = Seconds{5};                        // between asking and killing
  std::function<void(std::string_view)> progress;  // may be empty
};

// False when there was nothing. Errors: failed_precondition when called from inside the testbed, when another
// command is at it, or when the folder is none of a testbed; data_loss for an unreadable record; internal,
// with what it is, when something is left.
Task<Result<bool>> down(Runtime& runtime, DownOptions options);

// The same for a caller that holds the lock.
Task<Result<bool>> down_locked(Runtime& runtime, DownOptions options);

// What of the machine belongs to the testbed, guests' pid files included.
Task<Belongings> find_belongings(Runtime& runtime, Plan plan, TestbedState state);

std::string lock_path(const std::string& state_folder);

}  // namespace hanse::testbed
