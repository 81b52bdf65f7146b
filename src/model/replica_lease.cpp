#include "model/replica_lease.h"

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(ReplicaClaim)
HANSE_DEFINE_JSON(ReplicaLeaseRequest)
HANSE_DEFINE_JSON(ReplicaLeaseAnswer)

}  // namespace hanse::model
