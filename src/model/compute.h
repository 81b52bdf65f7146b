// Compute resources: instance SKUs (flavours) and instances, i.e. virtual machines.
//
// An instance has one right to run, the pair (uid, epoch), held by exactly one zone. spec.power is what the
// user wants, status is what the zone knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/architecture.h"
#include "model/failover.h"
#include "model/metadata.h"
#include "model/snapshot.h"

namespace hanse::model {

struct InstanceSkuSpec {
  VcpuCount vcpu;
  MiB memory_mib;
  std::string architecture{kX86.name};
  bool operator==(const InstanceSkuSpec&) const = default;
};
BOOST_DESCRIBE_STRUCT(InstanceSkuSpec, (), (vcpu, memory_mib, architecture))
HANSE_DECLARE_JSON(InstanceSkuSpec);

struct PlainStatus {
  ResourceState state = ResourceState::pending;
  std::vector<Condition> conditions;
  bool operator==(const PlainStatus&) const = default;
};
BOOST_DESCRIBE_STRUCT(PlainStatus, (), (state, conditions))
HANSE_DECLARE_JSON(PlainStatus);

using InstanceSku = Resource<InstanceSkuSpec, PlainStatus>;
HANSE_DECLARE_JSON(InstanceSku);

// Names the disk to boot from: either a block storage that exists, or an image, of which the zone makes one.
struct VolumeReference {
  std::string device_ref;        // "block-storages/data"
  std::string source_image_ref;  // "images/debian-12"
  std::optional<MiB> size_mib;   // default: the image's own size
  bool operator==(const VolumeReference&) const = default;
};
BOOST_DESCRIBE_STRUCT(VolumeReference, (), (device_ref, source_image_ref, size_mib))
HANSE_DECLARE_JSON(VolumeReference);

struct PortForward {
  std::int32_t guest_port = 0;
  std::int32_t host_port = 0;  // 0: the host chooses a free one, see status.forwards
  std::string protocol = "tcp";
  std::string address;  // status only: where it listens
  bool operator==(const PortForward&) const = default;
};
BOOST_DESCRIBE_STRUCT(PortForward, (), (guest_port, host_port, protocol, address))
HANSE_DECLARE_JSON(PortForward);

enum class Power { running, stopped };
BOOST_DESCRIBE_ENUM(Power, running, stopped)

struct InstanceSpec {
  std::string sku_ref;  // "skus/small"
  VolumeReference boot_volume;
  std::vector<VolumeReference> data_volumes;
  std::string user_data;  // cloud-init user data, given to the guest by NoCloud
  std::vector<std::string> ssh_keys;
  std::vector<PortForward> forwards;
  Power power = Power::running;
  std::optional<std::string> machine_type;  // pinned at creation: "pc-q35-10.0"
  std::optional<std::string> cpu_model;     // pinned at creation: "qemu64"
  std::optional<std::string> host;          // only this host may run it
  Failover failover = Failover::keep;  // restart: on another host of the zone, with new disks of its image
  bool operator==(const InstanceSpec&) const = default;
};
BOOST_DESCRIBE_STRUCT(InstanceSpec, (),
                      (sku_ref, boot_volume, data_volumes, user_data, ssh_keys, forwards, power, machine_type,
                       cpu_model, host, failover))
HANSE_DECLARE_JSON(InstanceSpec);

// What a guest sees of the machine that it runs on, besides its devices.
struct Hardware {
  std::string machine_type;
  std::string cpu_model;
  bool operator==(const Hardware&) const = default;
};
BOOST_DESCRIBE_STRUCT(Hardware, (), (machine_type, cpu_model))
HANSE_DECLARE_JSON(Hardware);

void apply(const Hardware& hardware, InstanceSpec& spec);

// What the guest does, as the host sees it.
enum class PowerState { unknown, starting, running, paused, stopping, stopped, moving, failed };
BOOST_DESCRIBE_ENUM(PowerState, unknown, starting, running, paused, stopping, stopped, moving, failed)

struct InstanceStatus {
  ResourceState state = ResourceState::pending;
  std::vector<Condition> conditions;
  PowerState power_state = PowerState::unknown;
  std::string host;
  Epoch epoch{1};
  std::int64_t restart_generation = 0;      // raised by a restart request; the host restarts once for each
  std::vector<std::string> block_storages;  // boot first
  std::vector<PortForward> forwards;
  std::string transfer;  // the transfer under way, if any
  // In a move within the zone: where it goes, and from the commit point on where it was.
  std::optional<std::string> other_host;
  bool incoming = false;  // it is on its way here: this zone may not run it yet
  std::string workload;   // "<zone>/<tenant>/<workspace>/<name>#<index>" of the workload it is a replica of
  std::string placed_by;  // the zone that brought it here; empty: this one
  std::string moved_to;   // the zone that holds the right to run it now; this record is a signpost
  std::vector<Snapshot> snapshots;         // at most kMaxSnapshots, the oldest first
  std::optional<SnapshotRestore> restore;  // until it is what it was
  bool operator==(const InstanceStatus&) const = default;
};
BOOST_DESCRIBE_STRUCT(InstanceStatus, (),
                      (state, conditions, power_state, host, epoch, restart_generation, block_storages,
                       forwards, transfer, other_host, incoming, workload, placed_by, moved_to, snapshots,
                       restore))
HANSE_DECLARE_JSON(InstanceStatus);

using Instance = Resource<InstanceSpec, InstanceStatus>;
HANSE_DECLARE_JSON(Instance);

// What can be checked without looking at other resources. Errors: invalid_argument with the pointer of the
// field.
Status check(const InstanceSku& sku);
Status check(const Instance& instance);
Status check_spec(const InstanceSpec& spec, const std::string& pointer);

// "skus/small" -> "small".
std::string reference_name(std::string_view reference);
Status check_reference(std::string_view reference, std::string_view collection, const std::string& pointer);

inline constexpr std::size_t kMaxUserData = 64 * 1024;
inline constexpr std::size_t kMaxForwards = 32;
inline constexpr std::size_t kMaxDataVolumes = 16;

}  // namespace hanse::model
