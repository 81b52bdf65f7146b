#include <fmt/format.h>

#include "placement/constraint.h"

namespace hanse::placement {

HostConstraint host_has_disk(MiB disk) {
  return {
      "disk", [disk](const HostCandidate& host) -> Rejection {
        if (disk.value == 0 || !host.free_disk || *host.free_disk >= disk) return std::nullopt;
        return fmt::format(
            "it has {} MiB of disk free and {} MiB are needed for the snapshots that come with it; delete "
            "some of them",
            host.free_disk->value, disk.value);
      }};
}

}  // namespace hanse::placement
