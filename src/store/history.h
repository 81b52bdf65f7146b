// ChangeHistory: the last durable changes, from which watches are served. Bounded in changes and bytes; the
// oldest whole transactions go first.
//
// Pure. Thread: the loop of the store.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"

namespace hanse::store {

struct HistoryLimits {
  std::size_t changes = kMaxHistoryChanges;
  std::size_t bytes = kMaxHistoryBytes;
};

class ChangeHistory {
 public:
  explicit ChangeHistory(HistoryLimits limits) : limits_(limits) {}

  // Forgets everything; what is older than or equal to `start` cannot be asked for.
  void restart(Revision start);

  struct Kept {
    std::string key;
    SharedValue value;
    Revision revision = kNoRevision;
  };

  // Requires: change.revision is at least the last one's. Followed by trim() after a whole transaction.
  void add(Kept change);
  void trim();

  // Errors: out_of_range when changes after `from` may have been dropped.
  Status check_kept(Revision from) const;

  // Changes with revision > from to keys that start with `prefix`. Requires: check_kept(from).
  std::vector<Change> since(Revision from, std::string_view prefix) const;
  std::vector<std::string> keys_since(Revision from, std::string_view prefix) const;

 private:
  std::deque<Kept>::const_iterator first_after(Revision from) const;

  HistoryLimits limits_;
  Revision start_ = kNoRevision;  // all changes with a revision above this are here
  std::size_t bytes_ = 0;
  std::deque<Kept> changes_;
};

}  // namespace hanse::store
