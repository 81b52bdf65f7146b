// Resources of the zone itself: workspaces, hosts, and events.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/compute.h"
#include "model/metadata.h"
#include "model/transfer_streams.h"

namespace hanse::model {

struct EmptySpec {
  bool operator==(const EmptySpec&) const = default;
};
BOOST_DESCRIBE_STRUCT(EmptySpec, (), ())
HANSE_DECLARE_JSON(EmptySpec);

using Workspace = Resource<EmptySpec, PlainStatus>;
HANSE_DECLARE_JSON(Workspace);

// What a host has, as it reports it.
struct Inventory {
  VcpuCount vcpu;  // that guests may use
  MiB memory_mib;
  MiB disk_mib;  // free space for disks and images
  std::string architecture;
  std::string hypervisor;               // "qemu 10.0.2"
  bool accelerated = false;             // KVM
  bool live_moves = true;               // false where the hypervisor would damage a guest
  std::string no_post_copy_reason;      // why a guest may not run here before all of its memory has come
  std::string processor;                // model name
  std::vector<std::string> cpu_models;  // that a guest may be given
  std::vector<std::string> machine_types;
  std::vector<std::string> accelerators;  // "gpu:nvidia-a100" and the like
  bool operator==(const Inventory&) const = default;
};
BOOST_DESCRIBE_STRUCT(Inventory, (),
                      (vcpu, memory_mib, disk_mib, architecture, hypervisor, accelerated, live_moves,
                       no_post_copy_reason, processor, cpu_models, machine_types, accelerators))
HANSE_DECLARE_JSON(Inventory);

// Its instances are to move to other hosts of the zone, so many at once.
inline constexpr std::int32_t kMaxConcurrentMoves = 16;
struct DrainSpec {
  // At once, from this host; with `zones` from all hosts that drain to other zones.
  std::int32_t concurrent_moves = 2;
  // Where its instances go, the one that is liked best first; empty: to other hosts of this zone.
  std::vector<std::string> zones;
  bool shut_down = false;                  // guests that cannot move live move warm
  std::optional<BytesPerSecond> max_rate;  // of each move; absent: the link's
  StreamOptions streams;                   // of those that are live
  bool operator==(const DrainSpec&) const = default;
};
BOOST_DESCRIBE_STRUCT(DrainSpec, (), (concurrent_moves, zones, shut_down, max_rate, streams))
HANSE_DECLARE_JSON(DrainSpec);

struct HostSpec {
  bool schedulable = true;  // false: it takes nothing new
  std::optional<DrainSpec> drain;
  bool operator==(const HostSpec&) const = default;
};
BOOST_DESCRIBE_STRUCT(HostSpec, (), (schedulable, drain))
HANSE_DECLARE_JSON(HostSpec);

// What stays on a host that drains, until something changes.
struct StayingInstance {
  std::string instance;  // "<tenant>/<workspace>/<name>"
  std::string reason;
  bool operator==(const StayingInstance&) const = default;
};
BOOST_DESCRIBE_STRUCT(StayingInstance, (), (instance, reason))
HANSE_DECLARE_JSON(StayingInstance);

inline constexpr std::size_t kMaxDrainZones = 16;
inline constexpr std::size_t kMaxStayingShown = 20;
struct DrainStatus {
  std::int64_t remaining = 0;            // instances on the host; 0: it is empty
  std::int64_t moving = 0;               // of these
  std::int64_t staying = 0;              // of these: nothing is done until something changes
  std::vector<StayingInstance> reasons;  // the first kMaxStayingShown of them
  bool operator==(const DrainStatus&) const = default;
};
BOOST_DESCRIBE_STRUCT(DrainStatus, (), (remaining, moving, staying, reasons))
HANSE_DECLARE_JSON(DrainStatus);

struct HostStatus {
  ResourceState state = ResourceState::pending;
  std::vector<Condition> conditions;
  Inventory inventory;
  std::string version;         // of Hanse
  std::string stream_address;  // where other hosts reach its migration streams; empty: they do not
  std::string boot_id;         // one run of the agent; a second agent with this identity has another
  std::vector<std::string> left_machines;  // uids: they run elsewhere; to be removed from here
  std::optional<DrainStatus> drain;        // while it drains
  bool operator==(const HostStatus&) const = default;
};
BOOST_DESCRIBE_STRUCT(HostStatus, (),
                      (state, conditions, inventory, version, stream_address, boot_id, left_machines, drain))
HANSE_DECLARE_JSON(HostStatus);

using Host = Resource<HostSpec, HostStatus>;
HANSE_DECLARE_JSON(Host);

struct Event {
  std::string time;    // RFC 3339
  std::string kind;    // of the object: "instance"
  std::string name;    // "<tenant>/<workspace>/<name>" or the name alone
  std::string reason;  // CamelCase
  std::string message;
  bool operator==(const Event&) const = default;
};
BOOST_DESCRIBE_STRUCT(Event, (), (time, kind, name, reason, message))
HANSE_DECLARE_JSON(Event);

Status check(const Workspace& workspace);
Status check(const Host& host);

}  // namespace hanse::model
