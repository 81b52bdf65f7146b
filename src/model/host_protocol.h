// What a zone and its host say to each other, one machine a message: the zone what should be, the host what
// is. All of it is level-triggered: after a reconnect both sides say everything again, and nothing depends on
// a message having arrived before. docs/protocols/host_stream.md has the frames.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/compute.h"
#include "model/snapshot.h"
#include "model/storage.h"
#include "model/transfer.h"
#include "model/zone_resources.h"

namespace hanse::model {

struct DiskSpec {
  std::string uid;  // of the block storage
  MiB size_mib;
  std::string base_digest;  // the image's disk blob; empty: an empty disk
  Bytes base_size;
  bool operator==(const DiskSpec&) const = default;
};
BOOST_DESCRIBE_STRUCT(DiskSpec, (), (uid, size_mib, base_digest, base_size))
HANSE_DECLARE_JSON(DiskSpec);

// All that a driver needs to run a machine. Nothing in it changes while the machine runs.
struct MachineSpec {
  std::string uid;
  std::string name;   // host name in the guest
  std::string title;  // "tenant/workspace/name", for logs and process lists
  VcpuCount vcpu{1};
  MiB memory_mib;
  std::string machine_type;
  std::string cpu_model;
  std::vector<DiskSpec> disks;   // boot first
  std::vector<Blob> boot_blobs;  // kernel and initramfs of a direct boot; empty: the disk boots
  std::string command_line;
  std::string user_data;
  std::vector<std::string> ssh_keys;
  std::vector<PortForward> forwards;
  bool operator==(const MachineSpec&) const = default;
};
BOOST_DESCRIBE_STRUCT(MachineSpec, (),
                      (uid, name, title, vcpu, memory_mib, machine_type, cpu_model, disks, boot_blobs,
                       command_line, user_data, ssh_keys, forwards))
HANSE_DECLARE_JSON(MachineSpec);

enum class MachineGoal { running, stopped, absent };
BOOST_DESCRIBE_ENUM(MachineGoal, running, stopped, absent)

// The part that the host plays in a transfer.
enum class MoveGoal {
  receive,    // target: open the incoming end and load what comes; do not run it
  follow,     // target: it may run by now; some of its memory may still come
  send,       // source: copy disk and memory, pause, drain, hand over; then wait, paused or stopped
  roll_back,  // source: be as if nothing had happened, and run
  discard,    // target: throw the incoming machine away
};
BOOST_DESCRIBE_ENUM(MoveGoal, receive, follow, send, roll_back, discard)

// PEM texts that agents and hypervisors need to prove themselves to those of the other side of this one
// transfer, and to trust only them.
struct StreamCredentials {
  std::string certificate_pem;
  std::string key_pem;
  std::string peer_ca_pem;
  bool operator==(const StreamCredentials&) const = default;
};
BOOST_DESCRIBE_STRUCT(StreamCredentials, (), (certificate_pem, key_pem, peer_ca_pem))
HANSE_DECLARE_JSON(StreamCredentials);

struct MoveOrder {
  std::string transfer;
  MoveGoal goal = MoveGoal::send;
  TransferMode mode = TransferMode::live;
  StreamPath path = StreamPath::automatic;
  StreamCredentials credentials;
  std::string seed_endpoint;  // send: where the target's host listens, "host:port"
  std::string peer_name;      // the name in the peer's certificate
  StreamOptions streams;      // the same at both ends
  TransferLimits limits;      // send; they may change while it is carried out
  // send: a copy of the disks alone, which are called so at the target; the machine stays as it is.
  std::optional<std::vector<std::string>> copied_disks;
  std::optional<std::string> copied_snapshot;  // its uid: they have what they had in it
  bool committed = false;    // send: the source has passed the commit point; nothing leads back
  bool memory_lost = false;  // follow: what has not come never will; the guest boots from its disks
  bool operator==(const MoveOrder&) const = default;
};
BOOST_DESCRIBE_STRUCT(MoveOrder, (),
                      (transfer, goal, mode, path, credentials, seed_endpoint, peer_name, streams, limits,
                       copied_disks, copied_snapshot, committed, memory_lost))
HANSE_DECLARE_JSON(MoveOrder);

// keep: it has been taken, and is not to be taken again if it is lost.
enum class SnapshotGoal { take, keep, drop };
BOOST_DESCRIBE_ENUM(SnapshotGoal, take, keep, drop)

struct SnapshotDesired {
  std::string uid;
  bool memory = false;
  SnapshotGoal goal = SnapshotGoal::take;
  std::vector<SnapshotPart> parts;  // keep
  bool operator==(const SnapshotDesired&) const = default;
};
BOOST_DESCRIBE_STRUCT(SnapshotDesired, (), (uid, memory, goal, parts))
HANSE_DECLARE_JSON(SnapshotDesired);

struct MachineDesired {
  std::int64_t generation = 0;  // raised with each change; echoed by the host
  Epoch epoch;
  MachineGoal goal = MachineGoal::running;
  std::int64_t restart_generation = 0;
  bool leased = false;  // it may run only while the host holds a lease for it
  MachineSpec machine;
  std::optional<MoveOrder> move;
  std::vector<SnapshotDesired> snapshots;
  std::optional<SnapshotRestore> restore;
  bool operator==(const MachineDesired&) const = default;
};
BOOST_DESCRIBE_STRUCT(MachineDesired, (),
                      (generation, epoch, goal, restart_generation, leased, machine, move, snapshots,
                       restore))
HANSE_DECLARE_JSON(MachineDesired);

enum class MoveState {
  preparing,     // target: fetching blobs, starting QEMU
  ready,         // target: its agent waits for the source
  sending,       // source
  switch_ready,  // source: paused, disks drained; the rest follows when the zone has committed
  handed_over,   // source: paused, drained, all state is loaded at the target
  rolled_back,   // source: runs again as before
  failed,        // the move cannot go on; for a source the machine runs or will be made to
  discarded,     // target
};
BOOST_DESCRIBE_ENUM(MoveState, preparing, ready, sending, switch_ready, handed_over, rolled_back, failed,
                    discarded)

struct MoveObserved {
  std::string transfer;
  MoveState state = MoveState::preparing;
  std::string error;
  std::string seed_endpoint;    // target, when ready: where its agent listens
  std::string memory_endpoint;  // target, when the disks have been seeded: where its hypervisor does
  std::string disk_endpoint;
  TransferProgress progress;
  TransferReport report;       // what this side could measure
  std::string stopped_at_ns;   // source: wall clock when the guest stopped, nanoseconds since 1970
  std::string last_heartbeat;  // source: "<guest ns> <wall ns>" of the guest's last heartbeat
  bool operator==(const MoveObserved&) const = default;
};
BOOST_DESCRIBE_STRUCT(MoveObserved, (),
                      (transfer, state, error, seed_endpoint, memory_endpoint, disk_endpoint, progress,
                       report, stopped_at_ns, last_heartbeat))
HANSE_DECLARE_JSON(MoveObserved);

enum class SnapshotObservedState { taking, ready, failed, gone };
BOOST_DESCRIBE_ENUM(SnapshotObservedState, taking, ready, failed, gone)

struct SnapshotObserved {
  std::string uid;
  SnapshotObservedState state = SnapshotObservedState::taking;
  std::vector<SnapshotPart> parts;  // ready
  Bytes size;
  std::string error;
  bool operator==(const SnapshotObserved&) const = default;
};
BOOST_DESCRIBE_STRUCT(SnapshotObserved, (), (uid, state, parts, size, error))
HANSE_DECLARE_JSON(SnapshotObserved);

struct MachineObserved {
  std::string uid;
  std::int64_t generation = 0;  // the newest desired generation that has been taken up
  Epoch epoch;
  PowerState power_state = PowerState::unknown;
  bool exists = true;  // false: no process, no disks; the answer to `absent`
  std::string error;
  std::vector<PortForward> forwards;
  std::optional<MoveObserved> move;
  std::string resumed_at_ns;                // target of a move: wall clock when the guest resumed
  std::string first_heartbeat;              // target of a move: "<guest ns> <wall ns>"
  bool awaits_memory = false;               // it runs, or may, and some of its memory is still at its source
  std::vector<SnapshotObserved> snapshots;  // of those that are wanted
  // The last wish for which its disks were, or are, overwritten; and why the wish of now is not fulfilled
  // yet.
  std::optional<std::string> restore_begun;
  std::optional<std::string> restore_waits;
  std::string restored;       // the last wish that it became what it was that is done with
  std::string restore_error;  // why it could not be fulfilled
  bool operator==(const MachineObserved&) const = default;
};
BOOST_DESCRIBE_STRUCT(MachineObserved, (),
                      (uid, generation, epoch, power_state, exists, error, forwards, move, resumed_at_ns,
                       first_heartbeat, awaits_memory, snapshots, restore_begun, restore_waits, restored,
                       restore_error))
HANSE_DECLARE_JSON(MachineObserved);

// The host's first message on a new stream.
struct HostHello {
  std::string name;
  std::string version;
  std::string boot_id;
  std::string stream_address;
  Inventory inventory;
  bool operator==(const HostHello&) const = default;
};
BOOST_DESCRIBE_STRUCT(HostHello, (), (name, version, boot_id, stream_address, inventory))
HANSE_DECLARE_JSON(HostHello);

}  // namespace hanse::model
