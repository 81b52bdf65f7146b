// Where a target's agent waits for the source of one move: a TCP port of the host's range, or a unix socket
// that relays connect to. Only who has the keys of this transfer is heard.
//
// Thread: the loop. Failure: resource_exhausted when no port is free, those of Network.
#pragma once

#include <memory>
#include <string>

#include "host/move/seed_sender.h"
#include "host/port_range.h"
#include "model/host_protocol.h"
#include "runtime/network.h"

namespace hanse::host {

// What seeding needs of this host. All of it outlives the moves.
struct SeedContext {
  SeedParts parts;
  std::string stream_address;  // that other hosts reach; empty: only relays do
  PortRange stream_ports;
  std::string socket_folder;  // is there; short enough for the paths of sockets
};

// `endpoint`: where an earlier agent has listened, to which the source will come again; empty: anywhere.
Task<Result<std::unique_ptr<Listener>>> open_seed_door(SeedContext& context, std::string uid,
                                                       model::MoveOrder order, std::string endpoint);

}  // namespace hanse::host
