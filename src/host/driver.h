// Driver: the host's hypervisor. `qemu` drives real machines, `simulated` models them. The host's machine
// reconciler and move executor (host/machine.h, host/move/) are the only callers; they make one call at a
// time for one machine, but for what says otherwise.
//
// Lifecycle: recover() first; it finds the machines that an earlier run of the agent left running. Destroying
// a driver stops no machine. Thread: the loop. Failure: not_found (no such machine), failed_precondition (its
// state does not allow it), resource_exhausted (disk full), unavailable (the hypervisor does not answer),
// data_loss (a blob or a disk is damaged), internal.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/units.h"
#include "host/disk_access.h"
#include "model/host_protocol.h"
#include "runtime/clock.h"
#include "runtime/signal.h"

namespace hanse::host {

// What a machine is doing. `incoming` waits for, or has, state from a source and does not run; `switch_point`
// and `handed_over` are a source's: paused with its disks still mirrored, and paused with everything sent.
enum class RunState {
  stopped,
  starting,
  running,
  paused,
  stopping,
  incoming,
  switch_point,
  handed_over,
  failed
};

// Of a target: what it lacks follows from its source; or did, and the stream has broken.
enum class MemoryState { whole, follows, cut };

struct MachineState {
  std::string uid;
  Epoch epoch;  // that it was last started or resumed with; kept on disk
  RunState run_state = RunState::stopped;
  std::string error;    // of `failed`
  bool frozen = false;  // what the guest writes is kept beside its disks
  MemoryState memory = MemoryState::whole;
  std::vector<model::PortForward> forwards;
  // The last beat of the guest that sends any: its own monotonic clock and the host's wall clock.
  struct Heartbeat {
    Nanos guest{0};
    WallTime wall{};
  };
  std::optional<Heartbeat> first_heartbeat_after_resume;
  std::optional<Heartbeat> last_heartbeat;
  std::optional<WallTime> stopped_at;  // by the hypervisor's event
  std::optional<WallTime> resumed_at;
};

struct IncomingOptions {
  model::StreamCredentials credentials;
  std::string peer_name;  // that the source's certificate must have
  model::StreamOptions streams;
  bool direct = true;  // listen on the host's stream address; else on unix sockets, for a relay
};

struct IncomingEndpoints {
  std::string memory;  // "host:port" or "unix:/path"
  std::string disk;
};

struct OutgoingOptions {
  model::StreamCredentials credentials;
  std::string peer_name;
  IncomingEndpoints target;
  model::StreamOptions streams;
};

struct CopyProgress {
  Bytes sent;
  Bytes remaining;
  BytesPerSecond rate;
};

// What there is to send at the switch point: all, or what lets the guest run, and the rest of its memory
// follows it.
enum class SwitchKind { whole, post_copy };

struct GuestMeasure {
  Bytes memory;               // that the guest has touched
  BytesPerSecond dirty_rate;  // of its memory, each page counted once in a second
  BytesPerSecond write_rate;  // of its disks
};

using Readers = std::vector<std::unique_ptr<DiskReader>>;
using Writers = std::vector<std::unique_ptr<DiskWriter>>;

// Whether disks that an earlier prepare_incoming() has made, and that were written since, are of use.
enum class KeptDisks { none, all };

class Driver {
 public:
  virtual ~Driver() = default;

  // Errors: unavailable, with the remedy, when the hypervisor is missing.
  virtual Task<Result<model::Inventory>> inventory() = 0;
  virtual Task<Result<std::vector<MachineState>>> recover() = 0;
  // Nothing when the host has no such machine.
  virtual std::optional<MachineState> observe(const std::string& uid) const = 0;
  // What the disks of its machines lie over and what boots them, by digest, also of those that do not run.
  // Errors: failed_precondition when it cannot tell of one.
  virtual Result<std::set<std::string>> used_blobs() const = 0;
  // Notified whenever what observe() says may have changed.
  virtual Signal& changes() = 0;

  // Makes what is missing (disks from their bases, seed) and boots. Blobs are in the blob store already.
  // Idempotent.
  virtual Task<Status> start(model::MachineSpec machine, Epoch epoch) = 0;
  // Asks the guest to power off; after `grace` ends it. Stopped already is good.
  virtual Task<Status> stop(std::string uid, Nanos grace) = 0;
  // From now on the machine, which may not be there yet, ends when this time is over, even if the agent is no
  // more; the next call sets another time.
  virtual void keep_for(const std::string& uid, Nanos time) = 0;
  // Ends the process, and removes disks and everything else. Absent already is good.
  virtual Task<Status> remove(std::string uid) = 0;

  // Beside any other call: what the guest does within `watch`, nothing of one that does not run. Requires:
  // the caller bounds its wait, as of a hypervisor that ends meanwhile no answer comes.
  virtual Task<Result<GuestMeasure>> measure(std::string uid, Nanos watch) = 0;
  // Beside any other call: readers of the disks as they are now. What the guest writes meanwhile they may
  // miss or see in part, so they are good for estimates alone.
  virtual Task<Result<Readers>> peek_disks(std::string uid) = 0;

  // The target's side of a move, in this order.
  // Makes disks of the right size over their bases, where there are none to keep, and a machine that waits
  // for them and for state. A writer for each disk, in their order. What an earlier call has made ends.
  virtual Task<Result<Writers>> prepare_incoming(model::MachineSpec machine, Epoch epoch, KeptDisks kept) = 0;
  // Its disks are whole but for what the source writes from now on: hypervisor speaks to hypervisor. The
  // writers are of no use after it.
  virtual Task<Result<IncomingEndpoints>> open_incoming(std::string uid, IncomingOptions options) = 0;
  // Its disks are whole and no state will come: what waits for it ends, and the machine is stopped in the
  // epoch that it was prepared in.
  virtual Task<Status> finish_incoming(std::string uid) = 0;
  // In place of a source: where its state is written that freeze_whole() has saved, and then loads it, so
  // that it may be resumed.
  virtual Task<Result<std::unique_ptr<DiskWriter>>> open_saved_state(std::string uid,
                                                                     std::uint64_t chunks) = 0;
  virtual Task<Status> load_saved_state(std::string uid) = 0;
  // Runs a machine that has loaded all its state but for memory that follows. Idempotent for the same epoch.
  virtual Task<Status> resume_incoming(std::string uid, Epoch epoch) = 0;
  // Beside any other call: lets go of the stream by which memory follows, and waits for the source to connect
  // again. Requires: the caller bounds its wait, as of a hypervisor that ends meanwhile no answer comes.
  // Errors: failed_precondition when it lacks none, unavailable when it does not run yet.
  virtual Task<Result<IncomingEndpoints>> reopen_incoming(std::string uid) = 0;
  // All of its memory has followed: lets go of what that took. Idempotent.
  virtual Task<Status> settle_incoming(std::string uid) = 0;

  // The source's side, in this order. Each may be called again after a failure of a later one only by way of
  // break_outgoing or cancel_outgoing.
  // From now on the disks keep their content, and what the guest writes is kept beside it. A reader for each
  // disk, in their order. Idempotent: what is frozen stays so. The disks of a machine that is stopped keep
  // their content by themselves.
  virtual Task<Result<Readers>> freeze_disks(std::string uid) = 0;
  // The same of a machine that has never been made, and of which there is nothing to freeze.
  virtual Readers unmade_disks(const std::vector<model::DiskSpec>& disks) const = 0;
  // Anew, with the state of the guest at the same moment, for which it stands still: the last reader, called
  // model::kMemoryPart. Errors: failed_precondition when it does not run.
  virtual Task<Result<Readers>> freeze_whole(std::string uid) = 0;
  // Copies what was written since, or all of disks that are not frozen, and goes on mirroring writes;
  // completes when source and target are equal but for what is in flight.
  virtual Task<Status> copy_disks(std::string uid, OutgoingOptions options) = 0;
  virtual CopyProgress disk_progress(const std::string& uid) const = 0;
  // Copies memory while the guest runs; completes paused at the switch point, with disks still mirrored. One
  // that may do a post-copy does when the guest changes memory faster than it goes.
  virtual Task<Result<SwitchKind>> copy_memory(std::string uid, OutgoingOptions options) = 0;
  virtual CopyProgress memory_progress(const std::string& uid) const = 0;
  // What the copies of this machine's moves keep to from now on, also those that begin later. One that is at
  // its switch point goes on whether it is paused or not.
  virtual void limit_outgoing(const std::string& uid, const model::TransferLimits& limits) = 0;
  // At the switch point: drains and flushes the mirror and ends it.
  virtual Task<Status> drain_disks(std::string uid) = 0;
  // With the disks drained: sends the rest; completes when the target has loaded everything, and in a
  // post-copy when it is on its way to what lets the guest run. Nothing leads back from a post-copy then: it
  // has ten minutes for it.
  virtual Task<Status> send_state(std::string uid, SwitchKind kind) = 0;
  // In a post-copy: completes when the target has all memory. Errors: unavailable when the stream has
  // broken or stands still with something left to be sent, and may be waited for again, or send_again()
  // replaces it; failed_precondition when the machine has ended, and what the target lacks is lost.
  virtual Task<Status> send_rest(std::string uid) = 0;
  virtual Task<Status> send_again(std::string uid, OutgoingOptions options) = 0;
  // After a failure of the four from copy_disks, also after a restart of the agent: ends mirror and migration
  // and runs the guest; disks stay frozen. Errors: failed_precondition when the machine has ended.
  virtual Task<Status> break_outgoing(std::string uid) = 0;
  // From any point of the above, also after a restart of the agent: as break_outgoing, and the disks are one
  // again.
  virtual Task<Status> cancel_outgoing(std::string uid) = 0;

  // For `hanse console` and `hanse logs`.
  // The ring's content from byte `offset` of all that was ever written; says at which offset it begins.
  struct ConsoleOutput {
    std::uint64_t offset = 0;
    std::string text;
  };
  virtual ConsoleOutput console(const std::string& uid, std::uint64_t offset) const = 0;
  virtual Task<Status> write_console(std::string uid, std::string text) = 0;
};

}  // namespace hanse::host
