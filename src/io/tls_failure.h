// Says in our words why TLS failed. Thread: any.
#pragma once

#include "base/error.h"
#include "io/tls_context.h"

struct ssl_st;

namespace hanse::io {

// Reads and empties OpenSSL's error queue. `role` is ours.
Error tls_failure(const ssl_st* connection, TlsContext::Role role);

}  // namespace hanse::io
