// Store: a zone's durable state. Keys are paths ("instances/acme/web-1"), every transaction that changes
// something has a revision, one higher than the last. Reads are served from memory and show what is durable;
// a transaction that was acknowledged is on disk.
//
// Lifecycle: made by open_memory() or open_sqlite() (store/open.h); it outlives its watches. Destroying it
// cancels what is pending: those transactions are never acknowledged, whether or not they reach the disk.
// Thread: the loop. Failure: a transaction that fails leaves no trace, nor do those that were queued behind
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"

namespace hanse::store {

using Revision = std::uint64_t;
inline constexpr Revision kNoRevision = 0;

// Beyond these a transaction is refused with invalid_argument.
inline constexpr std::size_t kMaxKeyBytes = 512;
inline constexpr std::size_t kMaxValueBytes = 1 << 20;
inline constexpr std::size_t kMaxWritesPerTransaction = 1'000;
inline constexpr std::size_t kMaxComparesPerTransaction = 1'000;
inline constexpr std::size_t kMaxTransactionBytes = 16 << 20;  // keys and values of its writes

// Transactions that wait for the disk; beyond either one is refused with resource_exhausted.
inline constexpr std::size_t kMaxPendingTransactions = 10'000;
inline constexpr std::size_t kMaxPendingBytes = 64 << 20;

// Changes that are kept in memory for watches; one that asks for older ones, or that falls behind by more,
// gets out_of_range and reads the whole state again.
inline constexpr std::size_t kMaxHistoryChanges = 100'000;
inline constexpr std::size_t kMaxHistoryBytes = 256 << 20;

// list() gives at most this many entries whatever the limit says.
inline constexpr std::size_t kMaxPageEntries = 10'000;

struct Entry {
  std::string key;
  std::string value;
  Revision revision = kNoRevision;  // of the last write
  Revision created = kNoRevision;   // of the first write after the key last did not exist
  bool operator==(const Entry&) const = default;
};

// An entry where it lies: good until something is awaited.
struct EntryView {
  std::string_view key;
  std::string_view value;
  Revision revision = kNoRevision;
  Revision created = kNoRevision;
};

// Holds when the key's last write has this revision; kNoRevision: when the key does not exist.
struct Compare {
  std::string key;
  Revision revision = kNoRevision;
};

struct Write {
  std::string key;
  std::optional<std::string> value;  // std::nullopt deletes; deleting what is not there changes nothing
};

// All compares must hold, then all writes happen, or none.
struct Transaction {
  std::vector<Compare> compares = {};
  std::vector<Write> writes = {};
};

struct Change {
  std::string key;
  std::optional<std::string> value;  // std::nullopt: deleted
  Revision revision = kNoRevision;
  bool operator==(const Change&) const = default;
};

// What the store keeps of a value: one copy for the entry, the history and the batch that goes to the disk.
// Null: deleted.
using SharedValue = std::shared_ptr<const std::string>;

struct Page {
  std::vector<Entry> entries;
  bool more = false;
};

class Watch {
 public:
  virtual ~Watch() = default;
  // Waits for changes below the prefix and gives all that have become durable since the last call: whole
  // transactions, in order of revision. Requires: awaited by one task at a time.
  // Errors: out_of_range when the watch fell behind the kept history; it then never recovers: list again and
  // watch from the revision() read together with the list.
  virtual Task<Result<std::vector<Change>>> next() = 0;
  // The same for whoever reads the store itself: the keys alone, one for each change.
  virtual Task<Result<std::vector<std::string>>> next_keys() = 0;
};

class Store {
 public:
  virtual ~Store() = default;

  virtual std::optional<Entry> get(std::string_view key) const = 0;
  virtual std::optional<EntryView> find(std::string_view key) const = 0;

  // Entries whose key starts with `prefix` and is greater than `after` (empty: from the first), sorted by
  // key as bytes; `more` tells whether others follow the last one given.
  virtual Page list(std::string_view prefix, std::string_view after, std::size_t limit) const = 0;
  // The same without copies, one call each; true when others follow. Requires: `take` writes nothing.
  using Take = std::function<void(const EntryView&)>;
  virtual bool visit(std::string_view prefix, std::string_view after, std::size_t limit,
                     const Take& take) const = 0;

  // Completes when the transaction is on disk and gives its revision; without any effective write, the
  // revision at which the compares held. Compares see all transactions accepted before this one.
  // Errors: aborted when a compare failed, naming the key: reading again shows what it lost against;
  // invalid_argument when the transaction is too large or names a key twice; resource_exhausted when the disk
  // is full or too many transactions are pending; unavailable when the disk fails otherwise.
  virtual Task<Result<Revision>> transact(Transaction transaction) = 0;

  // Changes of revisions above `from` to keys below the prefix.
  // Errors: out_of_range when they are older than the kept history, or `from` is not yet reached.
  virtual Result<std::unique_ptr<Watch>> watch(std::string prefix, Revision from) = 0;

  // Of the last durable transaction. Reads and this belong together as long as nothing is awaited between.
  virtual Revision revision() const = 0;
};

}  // namespace hanse::store
