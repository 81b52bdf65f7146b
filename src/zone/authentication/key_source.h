// Where the keys of an issuer come from: its file, its URL, or what its discovery document says. Reads only.
//
// Thread: the loop. Failure: those of Files and http::Client; invalid_argument for what is no key set.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "runtime/json_web_keys.h"
#include "runtime/runtime.h"
#include "zone/authentication/issuer_config.h"

namespace hanse::zone {

inline constexpr std::size_t kMaxKeySetBytes = 256 << 10;
// For one request to the issuer.
inline constexpr Seconds kKeyRequestLimit{10};

Task<Result<std::vector<WebKey>>> read_issuer_keys(Runtime& runtime, IssuerConfig issuer);

}  // namespace hanse::zone
