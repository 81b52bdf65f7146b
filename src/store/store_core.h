// StoreCore: what a store knows, in memory: the durable entries, the effect of the transactions that wait for
// the disk (the head), revisions, and the history of changes. It decides; the JournaledStore around it does.
//
// Lifecycle of a transaction: admit() checks it against the head and numbers it; then either commit() makes
// it visible, in the order of admission, or roll_back() drops all that were admitted and not committed.
// Pure. Thread: the loop of the store.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/text_map.h"
#include "store/history.h"
#include "store/journal.h"
#include "store/store.h"

namespace hanse::store {

class StoreCore {
 public:
  explicit StoreCore(HistoryLimits limits = {}) : history_(limits) {}

  // Requires: nothing was admitted yet.
  void restore(JournalImage image);

  // The record has no writes when the transaction changes nothing. Errors: those of Store::transact.
  Result<JournalRecord> admit(Transaction transaction);
  void commit(JournalRecord record);
  void roll_back();

  std::optional<Entry> get(std::string_view key) const;
  std::optional<EntryView> find(std::string_view key) const;
  Page list(std::string_view prefix, std::string_view after, std::size_t limit) const;
  bool visit(std::string_view prefix, std::string_view after, std::size_t limit,
             const Store::Take& take) const;
  // Errors: out_of_range when not all changes after `from` are kept, or `from` is not reached.
  Status check_kept(Revision from) const;
  Result<std::vector<Change>> changes_since(Revision from, std::string_view prefix) const;
  Result<std::vector<std::string>> keys_since(Revision from, std::string_view prefix) const;
  Revision revision() const { return revision_; }

 private:
  struct Stored {
    SharedValue value;
    Revision revision;
    Revision created;
  };
  // The last pending write of a key.
  struct Pending {
    Revision revision;
    Revision created;
    bool deleted;
  };
  struct KeyState {
    Revision revision = kNoRevision;  // kNoRevision: the key does not exist
    Revision created = kNoRevision;
  };

  KeyState head_state(std::string_view key) const;
  Status check_compares(const std::vector<Compare>& compares) const;

  using Entries = std::map<std::string, Stored, std::less<>>;

  const Entries::value_type* find_durable(std::string_view key) const;
  void put_durable(const std::string& key, Stored stored);
  void erase_durable(std::string_view key);

  // In order, for lists; found by hash, since keys begin alike and a tree compares twenty of them.
  Entries durable_;
  std::unordered_map<std::string_view, Entries::iterator> places_;  // the keys are those of durable_
  TextMap<Pending> pending_;
  Revision revision_ = kNoRevision;
  Revision head_revision_ = kNoRevision;
  ChangeHistory history_;
};

// Errors: invalid_argument when the transaction is wrong whatever the state.
Status validate(const Transaction& transaction);

}  // namespace hanse::store
