// A BIO over a non-blocking socket which, other than OpenSSL's own, never raises SIGPIPE. It does not own the
// socket. Thread: any.
#pragma once

struct bio_st;

namespace hanse::io {

// Null when memory runs out.
bio_st* make_socket_bio(int socket);

}  // namespace hanse::io
