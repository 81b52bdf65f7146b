// HostCapacity: what each host has free: its inventory less all instances that are placed on it, those being
// placed right now included. It turns hosts into candidates for the placement planner. Thread: the loop.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "placement/planner.h"
#include "zone/host_sessions.h"
#include "zone/tables.h"

namespace hanse::zone {

class HostCapacity {
 public:
  HostCapacity(Tables& tables, HostSessions& hosts) : tables_(tables), hosts_(hosts) {}

  Result<std::vector<placement::HostCandidate>> candidates() const;
  // Chooses and holds the place until release(); for the time until the instance's record says it. Errors:
  // resource_exhausted with reasons.
  Result<std::string> reserve(const std::string& uid, const std::string& title,
                              const placement::HostRequest& request);
  void release(const std::string& uid) { reserved_.erase(uid); }

 private:
  struct Reserved {
    std::string host;
    VcpuCount vcpu;
    MiB memory;
  };

  Tables& tables_;
  HostSessions& hosts_;
  std::map<std::string, Reserved> reserved_;  // by instance uid
};

// What an instance asks of a host.
placement::HostRequest host_request(const model::Instance& instance, const model::InstanceSku& sku);

// What a new instance is pinned to: the newest machine type that the host has, and a CPU model that any host
// of its kind has.
std::string default_machine_type(const model::Inventory& inventory);
std::string default_cpu_model(const model::Inventory& inventory);

}  // namespace hanse::zone
