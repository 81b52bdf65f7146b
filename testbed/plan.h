// What a testbed is made of, worked out from its topology before anything is touched: names, addresses,
// folders and the text of every file.
//
// The state folder:
//   testbed.json  contexts.yaml  wan/{options.json,control,wan.log}
//   <zone>/{zone.toml,policy.toml,admin.token,zone.log,zone/}     zone/ is the zone's data folder
//   <zone>/<host>/{host.toml,enrol.token,host.log,host/}                    host/ is the host's data folder
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/network.h"
#include "testbed/topology.h"
#include "testbed/wan/wan_options.h"

namespace hanse::testbed {

struct HostPlan {
  HostTopology topology;
  std::string folder;
  std::string config_file;
  std::string token_file;  // until it has enrolled
  std::string data_folder;
  std::string log_file;
  int first_stream_port = 0;
};

struct ZonePlan {
  ZoneTopology topology;
  std::string network_namespace;
  std::string address;
  std::string folder;
  std::string config_file;
  std::string policy_file;
  std::string admin_token_file;
  std::string data_folder;
  std::string ca_file;  // the zone writes it at its first start
  std::string log_file;
  std::vector<HostPlan> hosts;
};

struct Plan {
  std::string name;
  std::string state_folder;
  std::string state_file;
  std::string contexts_file;
  std::string wan_folder;
  std::string wan_options_file;
  std::string wan_log_file;
  std::string operator_device;  // how this machine reaches the zones
  std::string operator_address;
  Topology topology;
  std::vector<ZonePlan> zones;
};

struct PlannedFile {
  std::string path;
  std::string content;
};

// The port of the WAN that this machine itself is at; no zone can have the name, which has a capital letter.
inline constexpr const char* kOperatorPort = "Operator";
inline constexpr std::uint16_t kZonePort = 8443;
inline constexpr int kFirstStreamPort = 49152;
inline constexpr int kStreamPortsPerHost = 100;
inline constexpr std::size_t kMaxTestbedName = 10;  // a device name, which holds it, has 15 characters

// Errors: invalid_argument for a name that cannot name devices and namespaces, or a folder that is not
// absolute.
Result<Plan> make_plan(std::string name, std::string state_folder, Topology topology);

std::string default_state_folder(const std::string& name);
Endpoint endpoint_of(const ZonePlan& zone);

WanOptions wan_options(const Plan& plan);
std::string zone_toml(const ZonePlan& zone);
std::string host_toml(const ZonePlan& zone, const HostPlan& host);
std::string policy_toml();
std::string contexts_yaml(const Plan& plan);

// The configuration of all programs, without the tokens.
std::vector<PlannedFile> planned_files(const Plan& plan);

}  // namespace hanse::testbed
