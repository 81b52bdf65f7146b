#include <fmt/format.h>

#include "placement/constraint.h"

namespace hanse::placement {

HostConstraint host_has_disk(MiB disk) {
  return {
      "disk", [disk](const HostCandidate& host) -> Rejection {
        if (disk.value == 0 || !host.free_disk || *host.free_disk >= disk) return std::nullopt;
        return fmt::format(
            "it has {} MiB of disk free and {} MiB are needed for the disks and snapshots that come with it; "
            "make room there, or delete some of its snapshots",
            host.free_disk->value, disk.value);
      }};
}

}  // namespace hanse::placement
