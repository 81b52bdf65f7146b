#include "store/open.h"

#include <utility>

#include "store/journaled_store.h"
#include "store/memory_journal.h"
#include "store/sqlite_journal.h"

namespace hanse::store {

Task<Result<std::unique_ptr<Store>>> open_memory(Runtime& runtime) {
  return open_journaled(runtime.scheduler, std::make_unique<MemoryJournal>(), Logger(runtime.log, "store"));
}

Task<Result<std::unique_ptr<Store>>> open_sqlite(Runtime& runtime, std::string path) {
  auto journal = std::make_unique<SqliteJournal>(runtime.blocking, runtime.scheduler,
                                                 SqliteOptions{.path = std::move(path)});
  return open_journaled(runtime.scheduler, std::move(journal), Logger(runtime.log, "store"));
}

}  // namespace hanse::store
