// Reads the content of disks: qemu-img tells where in the file a cluster lies, and the agent reads the file
// itself, which QEMU does not write any more where the disk is frozen.
//
// Thread: the loop. Failure: data_loss when the map of a disk makes no sense, those of Files and of the tool.
#pragma once

#include <cstdint>
#include <memory>
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

// frozen: or of a machine that is stopped. live: as far as QEMU has written their maps, see peek_disks().
enum class DiskUse { frozen, live };

// A reader for each disk of the machine, in their order; it may go meanwhile.
Task<Result<Readers>> open_readers(DriverContext& context, const Machine& machine, DiskUse use);

// A file whose content is what it holds, as if it were a disk of this name; it is filled up with zeroes to
// whole chunks.
Task<Result<std::unique_ptr<DiskReader>>> open_plain_file(DriverContext& context, std::string name,
                                                          std::string path);

}  // namespace hanse::host::qemu
