// HardwareChoice: machine type and CPU model of an instance whose spec leaves them open: the best that its
// host has and that the zones can give too to which it may move later.
//
// These are the peers that the configuration names, or all. One whose digest has not come, or that says
// nothing of its hosts, is not waited for. Thread: the loop. Cost: the peers are looked at once a second.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "federation/peers.h"
#include "federation/zone_digest.h"
#include "model/compute.h"
#include "model/zone_resources.h"
#include "placement/host_index.h"
#include "runtime/clock.h"
#include "zone/federation/zone_records.h"
#include "zone/zone_config.h"

namespace hanse::zone {

// What all of some zones can run of one architecture; nothing: no zone has said.
struct SharedHardware {
  std::string_view family;  // of its machine types
  std::optional<std::set<std::string>> cpu_models;
  std::optional<std::set<std::string>> machine_types;

  void add(const federation::ZoneDigest& digest);
};

// The newest machine type, the best CPU model, that host and peers share; where they share none, what the
// host would choose alone. Empty only when the host has none. Pure.
std::string choose_machine_type(const model::Inventory& inventory, const SharedHardware& shared);
std::string choose_cpu_model(const model::Inventory& inventory, const SharedHardware& shared);

// All that any of them has, for the zone's digest; sorted, and bounded as that is.
void add_hardware(federation::ZoneDigest& digest, std::span<const placement::HostHardware> hosts);

class HardwareChoice {
 public:
  HardwareChoice(Clock& clock, const ZoneConfig& config, const federation::Peers& peers,
                 const ZoneRecords& records)
      : clock_(clock), config_(config), peers_(peers), records_(records) {}

  // Fills in what is open.
  void choose(model::InstanceSpec& spec, const model::Inventory& host);
  // For one that boots at a host that may lack what it had: what the host has of that, and for the rest what
  // a new one would get.
  model::Hardware adapt(model::InstanceSpec spec, const model::Inventory& host);

 private:
  struct Looked {
    std::optional<MonotonicTime> at;
    SharedHardware shared;
  };
  const SharedHardware& shared(std::string_view architecture);

  Clock& clock_;
  const ZoneConfig& config_;
  const federation::Peers& peers_;
  const ZoneRecords& records_;
  std::map<std::string_view, Looked> looked_;  // by family, which are constants
};

}  // namespace hanse::zone
