// SqliteJournal: a Journal in one SQLite file (docs/protocols/store.md): write-ahead log, a sync for each
// batch, one connection that keeps the file locked against other processes.
//
// Lifecycle: the file is opened and checked by load(); destruction closes it, at once or, when a batch is
// being written, after that batch. Thread: the loop; SQLite itself runs on the blocking executor.
// Failure: after a full disk the next append may succeed; after any other failure it is unknown what is on
// disk, so every further append is refused until the store is opened again.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/units.h"
#include "runtime/blocking.h"
#include "runtime/scheduler.h"
#include "store/journal.h"

namespace hanse::store {

// The file grows to at most this; beyond, appends fail with resource_exhausted.
inline constexpr Bytes kMaxSqliteFileBytes{std::int64_t{16} << 30};

struct SqliteOptions {
  std::string path;
  Bytes size_limit = kMaxSqliteFileBytes;
};

class SqliteFile;

class SqliteJournal final : public Journal {
 public:
  SqliteJournal(BlockingExecutor& blocking, Scheduler& scheduler, SqliteOptions options);
  ~SqliteJournal() override;

  Task<Result<JournalImage>> load() override;
  Task<Status> append(std::vector<JournalRecord> batch) override;

 private:
  BlockingExecutor& blocking_;
  Scheduler& scheduler_;
  // shared_ptr: the work on the pool's thread may outlive this journal.
  std::shared_ptr<SqliteFile> file_;
};

}  // namespace hanse::store
