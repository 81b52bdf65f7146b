#include "migration/ports.h"

#include "base/json_mapping.h"

namespace hanse::migration {

HANSE_DEFINE_JSON(IncomingView)
HANSE_DEFINE_JSON(OutcomeView)

Outcome outcome_of(model::TransferPhase source_phase) {
  using Phase = model::TransferPhase;
  switch (source_phase) {
    case Phase::committed:
    case Phase::completed:
      return Outcome::committed;
    case Phase::rolling_back:
    case Phase::rolled_back:
    case Phase::cancelled:
    case Phase::refused:
      return Outcome::rolled_back;
    default:
      return Outcome::undecided;
  }
}

}  // namespace hanse::migration
