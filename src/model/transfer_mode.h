// How an instance moves.
#pragma once

#include <boost/describe.hpp>

namespace hanse::model {

// Automatic: the best that is possible when the transfer is made.
enum class TransferMode { automatic, live, warm, cold };
BOOST_DESCRIBE_ENUM(TransferMode, automatic, live, warm, cold)

}  // namespace hanse::model
