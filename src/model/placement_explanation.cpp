#include "model/placement_explanation.h"

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(ExplainedRejection)
HANSE_DEFINE_JSON(ExplainedScore)
HANSE_DEFINE_JSON(ExplainedCandidate)
HANSE_DEFINE_JSON(Relaxation)
HANSE_DEFINE_JSON(PlacementExplanation)
HANSE_DEFINE_JSON(ReplicaExplanation)
HANSE_DEFINE_JSON(WorkloadExplanation)

}  // namespace hanse::model
