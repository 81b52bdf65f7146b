// Opens a listening socket. Thread: any. Failure: already_exists when the address is taken,
// permission_denied, with the address in the message.
#pragma once

#include "base/result.h"
#include "io/owned_descriptor.h"
#include "io/socket_address.h"

namespace hanse::io {

struct ListeningSocket {
  OwnedDescriptor socket = {};
  Endpoint local = {};  // with the port that was given out for port 0
};

// An old unix socket file is replaced; a file of another kind is not. The new one has mode 0660.
Result<ListeningSocket> open_listening_socket(SocketAddress address);

}  // namespace hanse::io
