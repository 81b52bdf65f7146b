// The gauges of the zone's state for /metrics.
#pragma once

#include <string>

#include "api/context.h"

namespace hanse::api {

std::string zone_metrics_text(const Context& context);

}  // namespace hanse::api
