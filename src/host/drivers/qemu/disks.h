// The disks of a machine: qcow2 overlays on read-only bases from the blob store, or empty qcow2 files.
//
// Failure: data_loss when a base is missing or has another size than it should, resource_exhausted when the
// disk is full, internal with the tool's own words.
#pragma once

#include <cstdint>

#include "host/drivers/qemu/machine_paths.h"
#include "host/drivers/qemu/options.h"
#include "model/host_protocol.h"
#include "runtime/runtime.h"

namespace hanse::host::qemu {

std::uint64_t chunk_count_of(const model::DiskSpec& disk);

// keep: a disk that is there already holds the guest's data. replace: an earlier try left it behind, and the
// source will write it anew.
enum class Existing { keep, replace };

// Makes the disks that are missing. Requires: the machine's run folder exists.
Task<Status> make_disks(Runtime& runtime, const QemuOptions& options, MachinePaths paths,
                        model::MachineSpec machine, Existing existing);

}  // namespace hanse::host::qemu
