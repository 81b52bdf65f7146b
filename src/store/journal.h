// Journal: where a store keeps its transactions so that they survive the process. Implementations: memory
// (nothing survives), SQLite, and the simulator's with delayed syncs and crashes.
//
// Lifecycle: load() once, then append() again and again, never two calls at a time. Thread: the loop.
// Failure: an append that fails has changed nothing that a later load() would show, as far as the journal
// knows; one that cannot know refuses every further append until it is opened again.
#pragma once

#include <string>
#include <vector>

#include "store/store.h"

namespace hanse::store {

struct JournalWrite {
  std::string key;
  SharedValue value;  // null deletes
  Revision created = kNoRevision;
};

// One transaction.
struct JournalRecord {
  Revision revision = kNoRevision;
  std::vector<JournalWrite> writes = {};
};

struct JournalImage {
  std::vector<Entry> entries = {};
  Revision revision = kNoRevision;
};

class Journal {
 public:
  virtual ~Journal() = default;
  // What all completed appends left. Errors: data_loss naming the key; failed_precondition when another
  // process has it open or a newer version wrote it; permission_denied; unavailable.
  virtual Task<Result<JournalImage>> load() = 0;
  // All records or none, in order; on disk when it completes. Errors: resource_exhausted when the disk is
  // full; unavailable.
  virtual Task<Status> append(std::vector<JournalRecord> batch) = 0;
};

}  // namespace hanse::store
