// HostCapacity: what each host has free: its inventory less all instances that are placed on it, those being
// placed right now and both hosts of a move within the zone included; and the choice of a host by it. Of its
// disk that is what the host said last, less the snapshots that are on their way to it. It is
// told of each change and keeps an index, so that a choice takes about as long on 100,000 hosts as on one.
//
// Lifecycle: it is told of all hosts and instances there are, then all_told(), and of changes at any time.
// Thread: the loop. Failure: unavailable until all are told; data_loss while a host or an instance has a
// record that cannot be read, since it may take room.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/text_map.h"
#include "placement/explanation.h"
#include "placement/host_index.h"
#include "placement/packing/host_state.h"
#include "zone/host_sessions.h"
#include "zone/tables.h"

namespace hanse::zone {

class HostCapacity {
  struct Charge;

 public:
  HostCapacity(Tables& tables, HostSessions& hosts);

  // Chooses and holds the place until release(); for the time until the instance's record says it. Errors:
  // resource_exhausted with reasons.
  Result<std::string> reserve(const model::Instance& instance, const placement::HostRequest& request);
  // From now on the instance's record says it, or it is nowhere.
  void release(const std::string& uid);
  // How many more of the request there is room for, on whichever host; with spread_by_host its hosts are
  // those without a replica of `workload`, "<zone>/<tenant>/<workspace>/<name>".
  Result<placement::HostRoom> room(const placement::HostRequest& request, const std::string& workload = {});

  // What the hosts can run, each combination once.
  std::vector<placement::HostHardware> hardware() const { return index_.hardware(); }
  // What nobody has and nobody holds; nothing for a host that is not known.
  std::optional<placement::packing::Size> free_on(const std::string& host) const;
  // For people who ask why: the first of the hosts by name, at most so many, among them the one that a
  // replica of `workload` with this request would get, or that the request names.
  struct ShownHosts {
    std::vector<placement::HostCandidate> hosts;
    placement::OtherHosts others;  // what is not shown
  };
  Result<ShownHosts> shown_hosts(const placement::HostRequest& request, const std::string& workload,
                                 std::size_t limit);

  // While it lives all is as if the instance at this key were on no host: what it takes is free, and it is no
  // replica. One that is of another workload stays. Requires: the capacity is told of nothing meanwhile.
  class WithoutInstance {
   public:
    WithoutInstance(HostCapacity& capacity, const std::string& key, const std::string& workload);
    WithoutInstance(const WithoutInstance&) = delete;
    WithoutInstance& operator=(const WithoutInstance&) = delete;
    ~WithoutInstance();

   private:
    HostCapacity& capacity_;
    std::vector<Charge> charges_;
  };

  // The resource at this key was made, changed or removed.
  void host_changed(const std::string& key);
  void instance_changed(const std::string& key);
  void sku_changed(const std::string& key);
  // Changes were missed: all are told of again.
  void forget();
  void all_told() { complete_ = true; }

 private:
  // What an instance takes. `workload` is its own, without the number of the replica; empty: none.
  struct Charge {
    std::string host;
    VcpuCount vcpu;
    MiB memory;
    MiB disk = {};  // of snapshots that come; what has come its host sees itself
    std::string workload;
    bool operator==(const Charge&) const = default;
  };
  struct Record {
    std::string uid;
    std::string sku_key;
    Charge charge;
    std::optional<Charge> other;  // of the other host of a move within the zone
    bool counted = false;         // not while a reservation of the same instance is
    bool operator==(const Record&) const = default;
  };
  struct Reserved {
    std::string key;
    Charge charge;
  };
  struct Used {
    VcpuCount vcpu;
    MiB memory;
    MiB disk;
  };

  Status check_complete() const;
  void count(const Charge& charge);
  void uncount(const Charge& charge);
  void count(const Record& record);
  void uncount(Record& record);
  void drop_record(const std::string& key);
  void connection_changed(const std::string& host);
  std::vector<placement::HostSlot> hosts_of(const std::string& workload) const;
  std::vector<placement::HostSlot> to_avoid(const placement::HostRequest& request,
                                            const std::string& workload) const;
  std::optional<MiB> free_disk(const std::string& host) const;
  void count_replicas(const std::string& workload, std::vector<placement::HostCandidate>& hosts) const;
  Error refusal(const model::Instance& instance, const placement::HostRequest& request) const;

  Tables& tables_;
  HostSessions& hosts_;
  bool complete_ = false;
  placement::HostIndex index_;
  TextMap<Used> used_;                                                   // by host, known or not
  TextMap<Record> records_;                                              // by key of the instance
  TextMap<Reserved> reserved_;                                           // by uid
  TextMap<TextSet> users_;                                               // keys of instances by key of SKU
  std::map<std::string, std::map<std::string, std::int32_t>> replicas_;  // by workload and host
  std::map<std::string, Error> unreadable_;                              // by key
};

// What an instance asks of a host.
placement::HostRequest host_request(const model::Instance& instance, const model::InstanceSku& sku);
// The same of one that moves there, with its snapshots; `content`: that its disks and images bring, where it
// is known.
placement::HostRequest move_request(const model::Instance& instance, const model::InstanceSku& sku,
                                    Bytes content);

}  // namespace hanse::zone
