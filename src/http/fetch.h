// One document from an https URL of somebody else, as feeds and key sets are: its own connection, a server
// with a certificate of a CA in `ca_pem` for the URL's host, a bounded answer, a bounded time.
//
// Thread: the loop. Failure: invalid_argument for the URL, unavailable for a status other than 2xx, and those
// of Client.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "runtime/runtime.h"

namespace hanse::http {

struct FetchOptions {
  std::string url;
  std::string ca_pem;
  std::string accept = "application/json";
  Nanos time_limit = Seconds{10};
  std::uint64_t size_limit = 256 << 10;
};

Task<Result<std::string>> fetch(Runtime& runtime, FetchOptions options);

}  // namespace hanse::http
