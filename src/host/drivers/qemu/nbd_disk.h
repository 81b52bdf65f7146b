// NbdDisk: writes a disk that a hypervisor on this host exports on a unix socket, and has what is written
// synced while more of it comes.
//
// Lifecycle: connect_nbd_disk(); destroying it closes the connection. Thread: the loop. Failure: unavailable
// when the hypervisor has gone or does not answer for kNbdSilence, resource_exhausted when its disk is full.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "host/disk_access.h"
#include "runtime/runtime.h"

namespace hanse::host::qemu {

inline constexpr Nanos kNbdSilence = Seconds{60};

struct NbdDiskOptions {
  std::string uid;   // of the disk, and the name of the export
  std::string path;  // of the file that the hypervisor writes
  std::uint64_t chunk_count = 0;
};

// Errors: also data_loss when it has another size.
Task<Result<std::unique_ptr<DiskWriter>>> connect_nbd_disk(Runtime& runtime, std::string socket,
                                                           NbdDiskOptions options);

}  // namespace hanse::host::qemu
