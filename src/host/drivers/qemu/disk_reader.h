// Reads the content of disks that are frozen: qemu-img tells where in the file a cluster lies, and the agent
// reads the file itself, which QEMU does not write any more.
//
// Thread: the loop. Failure: data_loss when the map of a disk makes no sense, those of Files and of the tool.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/drivers/qemu/machine.h"

namespace hanse::host::qemu {

// Chunks that a disk has of its own, and where in its file they lie, one after the other.
struct MappedRange {
  ChunkRange range;
  std::int64_t offset = 0;  // of no meaning for zeroes
  bool operator==(const MappedRange&) const = default;
};

// What `qemu-img map --output=json` says; only the disk's own clusters, not its base's. Neighbours become
// one. Pure. Errors: data_loss.
Result<std::vector<MappedRange>> read_disk_map(std::string_view text);

// A reader for each disk, in their order. Requires: they are frozen, or their machine is stopped.
Task<Result<Readers>> open_frozen(DriverContext& context, Machine& machine);

}  // namespace hanse::host::qemu
