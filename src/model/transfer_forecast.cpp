#include "model/transfer_forecast.h"

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(TransferObstacle)
HANSE_DEFINE_JSON(FigureRange)
HANSE_DEFINE_JSON(ForecastBasis)
HANSE_DEFINE_JSON(TransferFigures)
HANSE_DEFINE_JSON(TransferForecast)

}  // namespace hanse::model
