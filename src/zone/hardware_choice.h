// HardwareChoice: machine type and CPU model of an instance whose spec leaves them open: the best that its
// host has and that the zones can give too to which it may move later.
//
// These are the peers that the configuration names, or all. One whose digest has not come, or that says
// nothing of its hosts, is not waited for. Thread: the loop. Cost: the peers are looked at once a second.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
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

// What all of some zones can run; nothing: no zone has said.
struct SharedHardware {
  std::optional<std::set<std::string>> cpu_models;
  std::optional<std::set<std::string>> machine_types;

  void add(const federation::ZoneDigest& digest);
};

// The newest machine type, the highest level of x86-64, that host and peers share; where they share none,
// what the host would choose alone. Empty only when the host has none. Pure.
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

 private:
  const SharedHardware& shared();

  Clock& clock_;
  const ZoneConfig& config_;
  const federation::Peers& peers_;
  const ZoneRecords& records_;
  SharedHardware shared_;
  std::optional<MonotonicTime> looked_;
};

}  // namespace hanse::zone
