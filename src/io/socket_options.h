// The options that every TCP connection of Hanse has: no delay, and keep-alive probes that find a dead peer
// within a minute or so. Thread: any.
#pragma once

namespace hanse::io {

void set_tcp_options(int socket);

}  // namespace hanse::io
