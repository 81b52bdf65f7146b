#include "zone/federation/messages.h"

#include "base/json_mapping.h"

namespace hanse::zone {

HANSE_DEFINE_JSON(AcceptanceRequest)
HANSE_DEFINE_JSON(AcceptanceAnswer)
HANSE_DEFINE_JSON(ConfirmationRequest)
HANSE_DEFINE_JSON(InvitationRecord)

}  // namespace hanse::zone
