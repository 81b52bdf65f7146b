#include "model/packing_report.h"

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(PackingMove)
HANSE_DEFINE_JSON(PackingReport)

}  // namespace hanse::model
