#include "zone/transfer_frontend.h"

#include "base/json_mapping.h"

namespace hanse::zone {

HANSE_DEFINE_JSON(IncomingRequest)
HANSE_DEFINE_JSON(ForecastRequest)
HANSE_DEFINE_JSON(ForecastAnswer)
HANSE_DEFINE_JSON(GrantRequest)

}  // namespace hanse::zone
