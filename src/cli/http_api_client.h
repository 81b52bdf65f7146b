// The ApiClient that talks to a real zone, over http::Client.
#pragma once

#include <memory>

#include "cli/api_client.h"
#include "http/client.h"

namespace hanse::cli {

// Requires: `runtime` outlives it.
std::unique_ptr<ApiClient> make_http_api_client(Runtime& runtime, http::ClientOptions options);

}  // namespace hanse::cli
