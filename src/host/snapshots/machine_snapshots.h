// MachineSnapshots: takes and drops the snapshots of one machine as the zone wants them, and makes the
// machine again what it was in one of them.
//
// What fails with one snapshot is told of it and holds up nothing else. Lifecycle: one for each machine;
// keep() and restore() are parts of its activity, one at a time, and may be destroyed where they stand: what
// is begun is then begun anew. Thread: the loop. Failure: of keep() none but the driver's, of restore() what
// may pass; what will not is told with the wish, and the machine stays as it is.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "host/driver.h"
#include "host/snapshots/snapshot_store.h"
#include "model/host_protocol.h"
#include "runtime/runtime.h"

namespace hanse::host {

class MachineSnapshots {
 public:
  MachineSnapshots(LogSink& log, Driver& driver, SnapshotStore& store, std::string uid);

  // Requires: no move is under way. One that is destroyed leaves disks frozen that the next makes one again,
  // and half a snapshot that the next takes anew or drops.
  Task<Status> keep(std::vector<model::SnapshotDesired> wanted);
  // The uid of the one that is being taken right now; empty: none.
  const std::string& taking() const { return taking_; }
  // Whether there is something to do for this wish: not for one that is done with, nor for one that was
  // cancelled before anything was overwritten for it, which it ends.
  Task<Result<bool>> is_open(model::SnapshotRestore wish);
  // Requires: is_open(), and the blobs of its disks are here. Stops the guest; who calls runs it again.
  Task<Status> restore(model::MachineDesired desired);

  // With the machine.
  Task<Status> remove_all();

  std::vector<model::SnapshotObserved> observed() const;
  // The last wish for which something was overwritten.
  const std::string& begun() const { return begun_; }
  // The wish of now, once it is known that nothing was overwritten for it.
  const std::string& untouched_for() const { return untouched_for_; }
  // The last wish that is done with, and why it could not be fulfilled.
  const std::string& restored() const { return restored_; }
  const std::string& restore_error() const { return restore_error_; }

 private:
  Task<Status> keep_one(model::SnapshotDesired wanted);
  Task<Status> take(model::SnapshotDesired wanted);
  Task<Status> take_frozen(model::SnapshotDesired wanted);
  Task<Status> note_found(model::SnapshotDesired wanted);
  void note(const std::string& uid, model::SnapshotObservedState state, std::string error = "");
  Task<Result<Readers>> open_good(std::string snapshot);
  Task<Result<std::string>> fill(model::MachineDesired desired, Readers parts);
  Task<Status> load_memory(DiskReader& memory);
  void note_begun(const std::string& id);
  void end_wish(const std::string& id, std::string error);

  Logger log_;
  Driver& driver_;
  SnapshotStore& store_;
  std::string uid_;
  std::map<std::string, model::SnapshotObserved> known_;  // by uid, of those that are wanted
  std::string taking_;
  std::string begun_;
  std::string untouched_for_;
  std::string restored_;
  std::string restore_error_;
};

}  // namespace hanse::host
