#include "store/journaled_store.h"

#include <utility>

#include "base/planted_bug.h"
#include "runtime/sleep.h"

namespace hanse::store {
namespace {

class HistoryWatch final : public Watch {
 public:
  HistoryWatch(const StoreCore& core, Signal& committed, std::string prefix, Revision from)
      : core_(core), committed_(committed), prefix_(std::move(prefix)), position_(from) {}

  Task<Result<std::vector<Change>>> next() override { return wait_for(&StoreCore::changes_since); }
  Task<Result<std::vector<std::string>>> next_keys() override { return wait_for(&StoreCore::keys_since); }

 private:
  template <class T>
  using Since = Result<std::vector<T>> (StoreCore::*)(Revision, std::string_view) const;

  template <class T>
  Task<Result<std::vector<T>>> wait_for(Since<T> since) {
    for (;;) {
      const auto seen = committed_.version();
      HANSE_CO_TRY(auto changes, (core_.*since)(position_, prefix_));
      position_ = core_.revision();
      if (!changes.empty()) co_return changes;
      co_await committed_.changed_since(seen);
    }
  }

  const StoreCore& core_;
  Signal& committed_;
  std::string prefix_;
  Revision position_;
};

std::size_t bytes_of(const JournalRecord& record) {
  std::size_t bytes = 0;
  for (const JournalWrite& write : record.writes)
    bytes += write.key.size() + (write.value ? write.value->size() : 0);
  return bytes;
}

}  // namespace

JournaledStore::JournaledStore(Scheduler& scheduler, std::unique_ptr<Journal> journal, Logger log,
                               StoreLimits limits)
    : scheduler_(scheduler),
      journal_(std::move(journal)),
      log_(std::move(log)),
      limits_(limits),
      core_(limits.history),
      committed_(scheduler) {}

Task<Status> JournaledStore::load() {
  HANSE_CO_TRY(JournalImage image, co_await journal_->load());
  const std::size_t count = image.entries.size();
  core_.restore(std::move(image));
  log_.info("{} entries at revision {}", count, core_.revision());
  co_return Status();
}

std::optional<Entry> JournaledStore::get(std::string_view key) const {
  return core_.get(key);
}

std::optional<EntryView> JournaledStore::find(std::string_view key) const {
  return core_.find(key);
}

bool JournaledStore::visit(std::string_view prefix, std::string_view after, std::size_t limit,
                           const Take& take) const {
  return core_.visit(prefix, after, limit, take);
}

Page JournaledStore::list(std::string_view prefix, std::string_view after, std::size_t limit) const {
  return core_.list(prefix, after, limit);
}

Revision JournaledStore::revision() const {
  return core_.revision();
}

Result<std::unique_ptr<Watch>> JournaledStore::watch(std::string prefix, Revision from) {
  HANSE_CHECK(core_.check_kept(from));
  return std::make_unique<HistoryWatch>(core_, committed_, std::move(prefix), from);
}

Task<Result<Revision>> JournaledStore::transact(Transaction transaction) {
  if (pending_.size() >= limits_.pending_transactions || pending_bytes_ >= limits_.pending_bytes) {
    co_return fail(Code::resource_exhausted,
                   "the store has {} transactions of {} bytes waiting for the disk; retry later",
                   pending_.size(), pending_bytes_);
  }
  Result<JournalRecord> record = core_.admit(std::move(transaction));
  if (record) co_return co_await enqueue(std::move(*record));
  // Whoever has lost reads again and retries, which is of use only when the winner is there to be read.
  if (record.error().code == Code::aborted && !pending_.empty()) {
    HANSE_CO_TRY(JournalRecord nothing, core_.admit({}));
    const auto passed = co_await enqueue(std::move(nothing));
    if (!passed) co_return passed;
  }
  co_return fail(std::move(record).error());
}

Task<Result<Revision>> JournaledStore::enqueue(JournalRecord record) {
  auto [promise, future] = make_promise<Result<Revision>>(scheduler_);
  const std::size_t bytes = bytes_of(record);
  pending_bytes_ += bytes;
  pending_.push_back(Pending{std::move(record), bytes, promise});
  if (!writing_) {
    writing_ = true;
    if (!writer_.spawn(write_batches())) co_return fail(Code::internal, "the store's writer runs twice");
  }
  co_return co_await std::move(future);
}

// The turn of the loop before each batch lets those join who were woken by the last one and write again at
// once; without it the first of them would have a batch, and a sync of the disk, to itself.
Task<void> JournaledStore::write_batches() {
  while (!pending_.empty()) {
    co_await yield_to_loop(scheduler_);
    const std::size_t count = pending_.size();
    std::vector<JournalRecord> records = effective_records();
    constexpr bool kTooEarly = kPlantedBug == PlantedBug::acknowledge_before_disk;
    if (kTooEarly) complete(count);
    Status written;
    if (!records.empty()) written = co_await journal_->append(std::move(records));
    if (kTooEarly) continue;
    if (written) {
      complete(count);
    } else {
      log_.error("{} transactions failed: {}", pending_.size(), written.error().message);
      fail_pending(written.error());
    }
  }
  writing_ = false;
}

std::vector<JournalRecord> JournaledStore::effective_records() const {
  std::vector<JournalRecord> records;
  records.reserve(pending_.size());
  for (const Pending& pending : pending_) {
    if (!pending.record.writes.empty()) records.push_back(pending.record);
  }
  return records;
}

void JournaledStore::complete(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const Revision revision = pending_[i].record.revision;
    core_.commit(std::exchange(pending_[i].record, {.revision = revision}));
  }
  committed_.notify();
  for (std::size_t i = 0; i < count; ++i) {
    Pending& pending = pending_.front();
    pending.promise.set(pending.record.revision);
    pending_bytes_ -= pending.bytes;
    pending_.pop_front();
  }
}

void JournaledStore::fail_pending(const Error& error) {
  core_.roll_back();
  for (Pending& pending : pending_) pending.promise.set(fail(error));
  pending_.clear();
  pending_bytes_ = 0;
}

Task<Result<std::unique_ptr<Store>>> open_journaled(Scheduler& scheduler, std::unique_ptr<Journal> journal,
                                                    Logger log, StoreLimits limits) {
  auto store = std::make_unique<JournaledStore>(scheduler, std::move(journal), std::move(log), limits);
  HANSE_CO_CHECK(co_await store->load());
  co_return std::unique_ptr<Store>(std::move(store));
}

}  // namespace hanse::store
