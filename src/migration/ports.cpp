#include "migration/ports.h"

#include "base/json_mapping.h"

namespace hanse::migration {

HANSE_DEFINE_JSON(IncomingView)
HANSE_DEFINE_JSON(OutcomeView)

Outcome outcome_of(model::TransferPhase source_phase) {
  if (!may_run(model::TransferRole::source, source_phase)) return Outcome::committed;
  const bool keeps = source_phase == model::TransferPhase::rolling_back || model::is_end(source_phase);
  return keeps ? Outcome::rolled_back : Outcome::undecided;
}

}  // namespace hanse::migration
