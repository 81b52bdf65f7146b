#include "model/host_messages.h"

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(HostWelcome)
HANSE_DEFINE_JSON(HostRequest)
HANSE_DEFINE_JSON(HostResponse)
HANSE_DEFINE_JSON(RelayRequest)
HANSE_DEFINE_JSON(EnrolmentRequest)
HANSE_DEFINE_JSON(EnrolmentAnswer)
HANSE_DEFINE_JSON(RenewalRequest)

}  // namespace hanse::model
