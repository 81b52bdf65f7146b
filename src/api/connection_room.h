// How many connections a zone takes, by how many descriptors its process may have. Hosts keep theirs for as
// long as they live, so that they may not take all: users and peers must get in when the hosts are many.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace hanse::api {

inline constexpr std::size_t kMaxConnections = 131'072;
// What a zone has open beside its connections: the store, files, its own connections to peers, those who are
// being refused.
inline constexpr std::uint64_t kOtherDescriptors = 256;
// Connections that hosts leave to others, or a quarter of them where that is less.
inline constexpr std::size_t kForOthers = 1024;

struct ConnectionRoom {
  std::size_t connections = kMaxConnections;
  std::size_t hosts = kMaxConnections - kForOthers;
};

constexpr ConnectionRoom room_for(std::uint64_t descriptors) {
  const std::uint64_t free = std::max(descriptors, kOtherDescriptors + 1) - kOtherDescriptors;
  const auto connections = static_cast<std::size_t>(std::min<std::uint64_t>(free, kMaxConnections));
  return {.connections = connections, .hosts = connections - std::min(connections / 4, kForOthers)};
}

}  // namespace hanse::api
