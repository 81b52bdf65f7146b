#include "model/machine_measure.h"

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(ChunkSample)
HANSE_DEFINE_JSON(MachineMeasure)

}  // namespace hanse::model
