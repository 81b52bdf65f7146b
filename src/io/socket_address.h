// Socket addresses: of unix paths, of numeric hosts at once, of host names by the system's resolver
// (blocking). Thread: any; resolve() may block, so run it on the blocking executor unless `numeric_only`.
#pragma once

#include <cstdint>
#include <string>
#include <sys/socket.h>
#include <vector>

#include "base/result.h"
#include "runtime/network.h"

namespace hanse::io {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  int family() const { return storage.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

// Errors: invalid_argument when the path is too long for the kernel.
Result<SocketAddress> unix_address(const std::string& path);

enum class Lookup { numeric_only, names };

// Errors: not_found when there is no such host; for numeric_only, when it is no number.
Result<std::vector<SocketAddress>> resolve(const Endpoint& endpoint, Lookup lookup);

// "192.0.2.7" and 43210; a unix address gives an Endpoint with its path.
Endpoint endpoint_of(const SocketAddress& address);

}  // namespace hanse::io
