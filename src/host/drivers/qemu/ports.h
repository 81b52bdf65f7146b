// Free TCP ports, found by listening on them for a moment. Another program may take a port before QEMU does;
// then QEMU says so and the caller tries again.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "host/drivers/qemu/options.h"
#include "model/compute.h"
#include "runtime/runtime.h"

namespace hanse::host::qemu {

// One that is in the range, listens nowhere and is not `taken`. Errors: resource_exhausted.
Task<Result<std::uint16_t>> find_free_port(Runtime& runtime, std::string address, PortRange range,
                                           std::set<std::uint16_t> taken);

// Gives each forward an address and, where it has none, a port. `previous` are the ones that the machine had
// when it last ran: it gets the same again if they are free. Errors: failed_precondition when a port that the
// user asked for is in use.
Task<Result<std::vector<model::PortForward>>> assign_forwards(Runtime& runtime, const QemuOptions& options,
                                                              std::vector<model::PortForward> wanted,
                                                              std::vector<model::PortForward> previous,
                                                              std::set<std::uint16_t> taken);

}  // namespace hanse::host::qemu
