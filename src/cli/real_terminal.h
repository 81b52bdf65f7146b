// The terminal of this process. What blocks, i.e. reading, runs on the blocking executor.
//
// Lifecycle: gives the terminal back as it found it. Thread: the loop.
#pragma once

#include <memory>
#include <string_view>

#include "cli/terminal.h"
#include "runtime/blocking.h"
#include "runtime/scheduler.h"

namespace hanse::cli {

// Requires: both outlive it.
std::unique_ptr<Terminal> make_real_terminal(BlockingExecutor& executor, Scheduler& scheduler);

// For messages outside a session.
void print_to_standard_error(std::string_view text);
void print_to_standard_output(std::string_view text);

}  // namespace hanse::cli
