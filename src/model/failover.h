// What becomes of an instance whose host, or of a replica whose zone, is lost.
#pragma once

#include <boost/describe.hpp>

namespace hanse::model {

// It is kept for the return of its host or zone, or it is started elsewhere, from its image. Never both: what
// restarts runs by a lease, and is stopped where it was before the lease ends.
enum class Failover { keep, restart };
BOOST_DESCRIBE_ENUM(Failover, keep, restart)

}  // namespace hanse::model
