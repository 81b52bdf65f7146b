// Machine: makes one machine on this host what the zone wants it to be, and tells what it is.
//
// At any time it does one activity (run, stop, remove, send, roll back, receive, discard), which follows from
// the newest desired state alone; when that changes what has to be done, the activity is destroyed where it
// stands and the next begins. An activity that fails is tried again with back-off, but for those of a move,
// whose failure the zone hears of and decides about.
//
// Lifecycle: one for each uid that the zone named or that was found at start. Destroying it leaves the
// machine running. Thread: the loop.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "base/scope.h"
#include "host/blobs.h"
#include "host/driver.h"
#include "host/leases.h"
#include "host/move/follow.h"
#include "host/move/marker.h"
#include "host/move/receive.h"
#include "host/move/seed_door.h"
#include "host/move/send.h"
#include "host/move/streams.h"
#include "host/snapshots/machine_snapshots.h"
#include "model/host_protocol.h"
#include "runtime/future.h"
#include "runtime/runtime.h"

namespace hanse::host {

// What machines of one host share. All of it outlives them.
struct MachineContext {
  Runtime& runtime;
  Driver& driver;
  BlobSource& blobs;
  StreamPaths& paths;
  MoveMarkers& markers;
  Leases& leases;
  SeedContext& seeding;
  SnapshotStore& snapshots;
  // Whether other hosts reach this one's incoming streams; else they come by relay.
  bool reachable = true;
};

class Machine {
 public:
  Machine(MachineContext& context, std::string uid);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // Requires: not called from inside one of its own activities.
  void set_desired(model::MachineDesired desired);
  model::MachineObserved observed() const;
  // That it has or is to have.
  void add_blobs(std::set<std::string>& digests) const { host::add_blobs(desired_.machine, digests); }
  // The zone wanted it gone, and it is.
  bool gone() const { return gone_; }

 private:
  enum class Activity { none, run, stop, remove, send, roll_back, receive, discard };

  static Activity activity_of(const model::MachineDesired& desired);
  bool same_activity(const model::MachineDesired& next) const;
  bool same_restore(const model::MachineDesired& next) const;
  void begin();
  bool has_lease() const { return !desired_.leased || context_.leases.held(uid_); }
  model::MoveOrder incoming_order(model::MoveOrder order) const;
  Task<void> repeat(Activity activity);
  Task<Status> attend(Activity activity);
  Task<Status> keep_running();
  Task<Status> settle();
  // It may not run now: stops it if it does, and waits.
  Task<Status> wait_for_lease();
  Task<Status> keep_stopped();
  Task<Status> remove();
  Task<Status> restart_if_asked();
  Task<Status> keep_snapshots(Activity activity);
  Task<void> watch_snapshots(Activity activity, bool ran, Promise<Status> yielded);
  bool is_wanted_elsewhere(Activity activity, bool ran) const;
  Task<Status> restore_if_asked();
  Task<Status> restore();

  MachineContext& context_;
  Logger log_;
  std::string uid_;
  model::MachineDesired desired_;           // means something once there is an activity
  std::int64_t restarted_generation_ = -1;  // -1: not known yet, the first desired state sets it
  std::string error_;
  std::string restore_waits_;  // why
  bool gone_ = false;
  MachineSnapshots snapshots_;
  std::unique_ptr<SendMove> send_;
  std::unique_ptr<ReceiveMove> receive_;
  std::unique_ptr<FollowMove> follow_;  // beside what keeps it running
  bool settles_ = false;                // when it has all of its memory
  std::unique_ptr<Scope> activity_;  // null until the zone's first word; last: destroyed before what it uses
};

// How long a guest has to power off by itself.
inline constexpr Nanos kStopGrace = Seconds{30};

}  // namespace hanse::host
