// MemoryJournal: forgets everything with the process; for tests, benchmarks and the simulator's clients.
#pragma once

#include <vector>

#include "store/journal.h"

namespace hanse::store {

class MemoryJournal final : public Journal {
 public:
  Task<Result<JournalImage>> load() override { co_return JournalImage(); }
  Task<Status> append(std::vector<JournalRecord>) override { co_return Status(); }
};

}  // namespace hanse::store
