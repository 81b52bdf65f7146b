#include "store/sqlite_journal.h"

#include <utility>

#include "store/sqlite_file.h"

namespace hanse::store {

SqliteJournal::SqliteJournal(BlockingExecutor& blocking, Scheduler& scheduler, SqliteOptions options)
    : blocking_(blocking), scheduler_(scheduler), file_(std::make_shared<SqliteFile>(std::move(options))) {}

SqliteJournal::~SqliteJournal() = default;

Task<Result<JournalImage>> SqliteJournal::load() {
  co_return co_await run_blocking(blocking_, scheduler_, [file = file_] { return file->load(); });
}

Task<Status> SqliteJournal::append(std::vector<JournalRecord> batch) {
  co_return co_await run_blocking(blocking_, scheduler_,
                                  [file = file_, batch = std::move(batch)] { return file->append(batch); });
}

}  // namespace hanse::store
