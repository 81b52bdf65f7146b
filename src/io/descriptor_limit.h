// How many descriptors this process may have open: one for each connection, so that a zone or a fleet of
// 100,000 hosts needs more than the usual 1,024.
#pragma once

#include <cstdint>

namespace hanse::io {

// Raises the limit as far as this process may, and gives what it is then.
std::uint64_t raise_descriptor_limit();

}  // namespace hanse::io
