#include "model/transfer.h"

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(TransferSpec)
HANSE_DEFINE_JSON(TransferProgress)
HANSE_DEFINE_JSON(TransferReport)
HANSE_DEFINE_JSON(TransferStatus)
HANSE_DEFINE_JSON(Transfer)

bool is_end(TransferPhase phase) {
  switch (phase) {
    case TransferPhase::completed:
    case TransferPhase::rolled_back:
    case TransferPhase::cancelled:
    case TransferPhase::refused:
      return true;
    default:
      return false;
  }
}

Status check(const Transfer& transfer) {
  HANSE_CHECK(check_name(transfer.spec.instance, "/spec/instance"));
  return check_name(transfer.spec.target_zone, "/spec/targetZone");
}

}  // namespace hanse::model
