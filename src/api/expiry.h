// How long a token may live.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "base/units.h"
#include "zone/authentication.h"

namespace hanse::api {

// Errors: invalid_argument for /expiresInSeconds.
inline Result<Seconds> token_lifetime(std::int64_t seconds) {
  if (seconds >= 1 && Seconds{seconds} <= zone::kMaxTokenLifetime) return Seconds{seconds};
  return fail_field("/expiresInSeconds", "/expiresInSeconds must be from 1 to {}",
                    zone::kMaxTokenLifetime.count());
}

}  // namespace hanse::api
