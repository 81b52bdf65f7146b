// What can be said of a move before anything moves.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "base/json.h"

namespace hanse::model {

// Something that stands against the move, and at which zone. Both zones are asked, and each tells all that it
// finds; it may have more to say once that is gone.
struct TransferObstacle {
  std::string zone;
  std::string reason;  // with the remedy where there is one
  bool operator==(const TransferObstacle&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransferObstacle, (), (zone, reason))
HANSE_DECLARE_JSON(TransferObstacle);

// Without obstacles it would begin now; only the next moment may bring others.
struct TransferForecast {
  std::vector<TransferObstacle> obstacles;
  bool operator==(const TransferForecast&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransferForecast, (), (obstacles))
HANSE_DECLARE_JSON(TransferForecast);

}  // namespace hanse::model
