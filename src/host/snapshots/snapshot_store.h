// SnapshotStore: the snapshots of a host's machines as readers and writers of disks, so that a snapshot is
// taken, brought back and moved by what copies disks anyway.
//
// Lifecycle: one for each host; it outlives its readers and writers. Thread: the loop; SQLite, hashing and
// zstd run on the blocking executor. Failure: those of store::SnapshotFile; data_loss of a chunk that is not
// what it should be; resource_exhausted when the disk is nearly full.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/driver.h"
#include "runtime/hashing.h"
#include "runtime/runtime.h"
#include "store/snapshot_file.h"

namespace hanse::host {

// A uid is unique among the snapshots of one machine; that of another machine, which may have come from
// another zone, is another.
struct SnapshotId {
  std::string machine;
  std::string uid;
};

class SnapshotStore {
 public:
  // `runtime` and `hashing` outlive it; path: see store::SnapshotFile.
  SnapshotStore(Runtime& runtime, Hashing& hashing, std::string path);

  Task<Result<std::optional<store::SnapshotSummary>>> find(SnapshotId id);
  // One for each part, called "<uid>/<part>". Errors: not_found when it is not here or not finished.
  Task<Result<Readers>> open(SnapshotId id);
  struct New {
    SnapshotId id;
    std::vector<model::SnapshotPart> parts;
    bool keep = false;  // what an earlier try has written
  };
  // Of no use to others before finish().
  Task<Result<Writers>> begin(New snapshot);
  Task<Status> finish(SnapshotId id);
  // Absent already is good. Bit by bit, so that others get at the store in between; what is broken off goes
  // on with the next call.
  Task<Status> remove(SnapshotId id);
  Task<Status> remove_machine(std::string machine);

  using Mark = store::SnapshotFile::Mark;
  Task<Result<std::string>> restored(std::string machine, Mark mark);
  Task<Status> set_restored(std::string machine, Mark mark, std::string wish);

 private:
  template <class Work>
  auto beside(Work work);
  Task<Status> remove_by_key(std::string key);

  Runtime& runtime_;
  Hashing& hashing_;
  std::string folder_;  // empty: in memory
  // shared_ptr: the work on the pool's thread may outlive this store.
  std::shared_ptr<store::SnapshotFile> file_;
  std::map<std::string, store::SnapshotFile::Try> begun_;  // by their key in the file
};

// Whether the reader or writer of this name is of the state of a guest and not of a disk.
bool is_memory_part(std::string_view name);

// Copies all that the reader has; what the writer has beside it stays. The writer has it on disk then.
Task<Status> copy_chunks(DiskReader& from, DiskWriter& to);

}  // namespace hanse::host
