// The configuration of a host: one TOML file, which may say nothing. Who the host is and where its zone, it
// knows by its identity. Pure.
//
// Strict: an unknown key, a wrong type or a value out of range is refused with file, line, field and remedy.
#pragma once

#include <string>

#include "base/result.h"
#include "base/units.h"
#include "host/port_range.h"
#include "runtime/network.h"

namespace hanse::host {

struct HostConfig {
  std::string name = {};            // of the identity, see with_identity()
  Endpoint zone_endpoint = {};      // in place of the one that the token said; port 0: that one
  std::string data_dir = {};        // absolute; empty in a file: the program's default
  std::string stream_address = {};  // where other hosts reach this one; empty: they do not, moves are relayed
  PortRange stream_ports{49152, 49251};
  std::string forward_address = "127.0.0.1";
  PortRange forward_ports{20000, 29999};
  std::string guest_user = "nobody";  // QEMU runs as this user; empty: as the agent's own
  std::string architecture = {};      // of the guests; empty: the machine's own
  VcpuCount vcpu_limit = {};          // what guests may use in all; 0: what the machine has
  MiB memory_limit = {};
  MiB image_cache_limit{32768};  // of image files; those that something here uses stay beyond it
  MiB chunk_store_limit{4096};   // of disk content that is kept for later moves; 0: none is
};

// Requires: `text` is the content of `path`. Errors: invalid_argument.
Result<HostConfig> parse_host_config(const std::string& text, const std::string& path);

// Folders in data_dir.
std::string blob_folder(const HostConfig& config);
std::string marker_folder(const HostConfig& config);
std::string relay_folder(const HostConfig& config);
std::string chunk_file(const HostConfig& config);
std::string snapshot_file(const HostConfig& config);
std::string identity_folder(const std::string& data_dir);
std::string lock_socket(const std::string& data_dir);

}  // namespace hanse::host
