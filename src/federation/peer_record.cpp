#include "federation/peer_record.h"

#include "base/json_mapping.h"

namespace hanse::federation {

HANSE_DEFINE_JSON(PeerRecord)

}  // namespace hanse::federation
