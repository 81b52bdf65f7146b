// JournaledStore: a Store made of a StoreCore and a Journal, with group commit: transactions that arrive
// while a batch is being written form the next batch. A transaction becomes visible, is told to the watches
// and is acknowledged when its batch is durable, in this order.
//
// Lifecycle: open_journaled() loads the journal. Thread: the loop. Failure: when the journal fails, the batch
// and all that is queued behind it fail with its error and the state is as before; later transactions are
// tried anew.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/scope.h"
#include "runtime/future.h"
#include "runtime/scheduler.h"
#include "runtime/signal.h"
#include "store/journal.h"
#include "store/store.h"
#include "store/store_core.h"

namespace hanse::store {

// Defaults but in tests of the limits.
struct StoreLimits {
  HistoryLimits history = {};
  std::size_t pending_transactions = kMaxPendingTransactions;
  std::size_t pending_bytes = kMaxPendingBytes;
};

class JournaledStore final : public Store {
 public:
  JournaledStore(Scheduler& scheduler, std::unique_ptr<Journal> journal, Logger log, StoreLimits limits);

  // Requires: called once, before anything else. Errors: those of Journal::load.
  Task<Status> load();

  std::optional<Entry> get(std::string_view key) const override;
  std::optional<EntryView> find(std::string_view key) const override;
  Page list(std::string_view prefix, std::string_view after, std::size_t limit) const override;
  bool visit(std::string_view prefix, std::string_view after, std::size_t limit,
             const Take& take) const override;
  Task<Result<Revision>> transact(Transaction transaction) override;
  Result<std::unique_ptr<Watch>> watch(std::string prefix, Revision from) override;
  Revision revision() const override;

 private:
  struct Pending {
    JournalRecord record;
    std::size_t bytes;
    Promise<Result<Revision>> promise;
  };

  // Completes when the record, and all before it, are durable.
  Task<Result<Revision>> enqueue(JournalRecord record);
  Task<void> write_batches();
  std::vector<JournalRecord> effective_records() const;
  void complete(std::size_t count);
  void fail_pending(const Error& error);

  Scheduler& scheduler_;
  std::unique_ptr<Journal> journal_;
  Logger log_;
  StoreLimits limits_;
  StoreCore core_;
  Signal committed_;
  std::deque<Pending> pending_;  // the batch that is being written, then those behind it
  std::size_t pending_bytes_ = 0;
  bool writing_ = false;
  Scope writer_{1};
};

// Errors: those of Journal::load.
Task<Result<std::unique_ptr<Store>>> open_journaled(Scheduler& scheduler, std::unique_ptr<Journal> journal,
                                                    Logger log, StoreLimits limits = {});

}  // namespace hanse::store
