#include "api/messages.h"

#include "base/json_mapping.h"

namespace hanse::api {

HANSE_DEFINE_JSON(Health)
HANSE_DEFINE_JSON(RegionSpec)
HANSE_DEFINE_JSON(RegionMetadata)
HANSE_DEFINE_JSON(RegionStatus)
HANSE_DEFINE_JSON(Region)
HANSE_DEFINE_JSON(PeerSpec)
HANSE_DEFINE_JSON(PeerMetadata)
HANSE_DEFINE_JSON(PeerStatus)
HANSE_DEFINE_JSON(PeerView)
HANSE_DEFINE_JSON(InvitationDraft)
HANSE_DEFINE_JSON(InvitationText)
HANSE_DEFINE_JSON(PolicyText)
HANSE_DEFINE_JSON(RotationRequest)
HANSE_DEFINE_JSON(ConsoleInput)
HANSE_DEFINE_JSON(ConsoleOutput)
HANSE_DEFINE_JSON(SnapshotDraft)
HANSE_DEFINE_JSON(TransferDraft)
HANSE_DEFINE_JSON(TokenRequest)
HANSE_DEFINE_JSON(TokenAnswer)
HANSE_DEFINE_JSON(LoginCodeRequest)
HANSE_DEFINE_JSON(LoginCodeAnswer)
HANSE_DEFINE_JSON(LoginRequest)
HANSE_DEFINE_JSON(SelfGrant)
HANSE_DEFINE_JSON(Self)
HANSE_DEFINE_JSON(WebKeySet)
HANSE_DEFINE_JSON(HostInvitationDraft)

}  // namespace hanse::api
