// SimulatedJournal: a store's journal on a simulated Disk. An append is on the disk some time after it was
// asked for and acknowledged some time later still: a crash in between keeps the whole batch or nothing of
// it.
//
// Lifecycle: one for each run of a process, over the same disk and name. Thread: the loop. Failure: as
// Journal says; resource_exhausted while the disk is full.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/blocking.h"
#include "simulator/disk.h"
#include "store/journal.h"

namespace hanse::simulator {

class SimulatedJournal final : public store::Journal {
 public:
  // `blocking` and `scheduler` are those of the Runtime of this run.
  SimulatedJournal(BlockingExecutor& blocking, Scheduler& scheduler, Disk& disk, std::string name)
      : blocking_(blocking), scheduler_(scheduler), disk_(disk), name_(std::move(name)) {}

  Task<Result<store::JournalImage>> load() override;
  Task<Status> append(std::vector<store::JournalRecord> batch) override;

 private:
  struct Durable {
    std::map<std::string, store::Entry> entries;
    store::Revision revision = store::kNoRevision;
  };
  static Status apply(Disk& disk, const std::string& name, const std::vector<store::JournalRecord>& batch);

  BlockingExecutor& blocking_;
  Scheduler& scheduler_;
  Disk& disk_;
  std::string name_;
};

}  // namespace hanse::simulator
