// Turns errno into an Error with the right code, the object and the next step.
#pragma once

#include <cerrno>
#include <string_view>
#include <tl/expected.hpp>

#include "base/result.h"

namespace hanse::io {

Code code_of_errno(int number);

// "cannot read '/etc/hanse/zone.yaml': Permission denied; check its owner and mode".
// `action` is "read", "connect to"; `object` is what it was done to.
[[nodiscard]] tl::unexpected<Error> fail_errno(std::string_view action, std::string_view object,
                                               int number = errno);

}  // namespace hanse::io
