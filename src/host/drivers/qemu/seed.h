// The NoCloud seed: a small ISO image from which cloud-init, and Hanse's witness, learn who they are.
//
// Failure: internal with the tool's own words; unavailable when the tool is missing.
#pragma once

#include <string>

#include "host/drivers/qemu/machine_paths.h"
#include "host/drivers/qemu/options.h"
#include "model/host_protocol.h"
#include "runtime/runtime.h"

namespace hanse::host::qemu {

// Pure.
std::string seed_meta_data(const model::MachineSpec& machine);
std::string seed_user_data(const model::MachineSpec& machine);

Task<Status> make_seed(Runtime& runtime, const QemuOptions& options, MachinePaths paths,
                       model::MachineSpec machine);

}  // namespace hanse::host::qemu
