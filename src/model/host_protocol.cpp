#include "model/host_protocol.h"

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(DiskSpec)
HANSE_DEFINE_JSON(MachineSpec)
HANSE_DEFINE_JSON(StreamCredentials)
HANSE_DEFINE_JSON(MoveOrder)
HANSE_DEFINE_JSON(SnapshotDesired)
HANSE_DEFINE_JSON(SnapshotObserved)
HANSE_DEFINE_JSON(MachineDesired)
HANSE_DEFINE_JSON(MoveObserved)
HANSE_DEFINE_JSON(MachineObserved)
HANSE_DEFINE_JSON(HostHello)

}  // namespace hanse::model
