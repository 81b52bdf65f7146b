// SqliteFile: the disk format, read and written. Everything here may block.
//
// Lifecycle: load() opens, creates and checks the file; then append(). Thread: one at a time, on the blocking
// executor. Failure: see SqliteJournal.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "store/journal.h"
#include "store/sqlite_database.h"
#include "store/sqlite_journal.h"

namespace hanse::store {

inline constexpr int kSqliteSchemaVersion = 1;

class SqliteFile {
 public:
  explicit SqliteFile(SqliteOptions options) : options_(std::move(options)) {}

  Result<JournalImage> load();
  Status append(const std::vector<JournalRecord>& batch);

 private:
  // Prepared once; go before the database.
  struct Statements {
    SqliteStatement put;
    SqliteStatement remove;
    SqliteStatement set_revision;
  };

  Status lock();
  Result<bool> identify() const;
  Status configure();
  Status create();
  Status prepare();
  Result<JournalImage> read_all() const;
  Status write(const std::vector<JournalRecord>& batch);
  Status write_record(const JournalRecord& record);

  SqliteOptions options_;
  std::unique_ptr<SqliteDatabase> database_;
  std::unique_ptr<Statements> statements_;
  std::optional<Error> broken_;  // the failure after which nothing is written any more
};

}  // namespace hanse::store
