// The channel of TLS. A server's handshake happens inside its first step, whichever that is.
//
// Thread: the loop. Failure: unauthenticated when TLS refuses the peer, unavailable when it is gone.
#pragma once

#include <memory>

#include "io/channel.h"
#include "io/tls_context.h"

namespace hanse::io {

std::unique_ptr<Channel> make_tls_channel(std::shared_ptr<TlsContext> context, int socket);

}  // namespace hanse::io
