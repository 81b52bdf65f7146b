// Runs a helper program (qemu-img, genisoimage) as the guest user, with limits, and turns its failure into an
// Error with the program's own words.
#pragma once

#include <string>
#include <vector>

#include "host/drivers/qemu/options.h"
#include "runtime/runtime.h"

namespace hanse::host::qemu {

inline constexpr Nanos kToolLimit = Seconds{60};

// What it wrote to its standard output.
Task<Result<std::string>> run_tool_for_output(Runtime& runtime, const QemuOptions& options,
                                              std::vector<std::string> command, Nanos limit = kToolLimit);
Task<Status> run_tool(Runtime& runtime, const QemuOptions& options, std::vector<std::string> command,
                      Nanos limit = kToolLimit);

// Folders that belong to the guest user; to the agent where there is none.
Task<Status> make_guest_folder(Runtime& runtime, const QemuOptions& options, std::string path);

}  // namespace hanse::host::qemu
