// AuditLog: what was asked of this zone's API and changed something, or was refused, for as long as the
// configuration says: bounded, on disk, chained by hash. Records that come while the disk is busy share the
// next write and sync.
//
// Lifecycle: construct, start() once; destroying it drops what is not on disk, which nobody was told of.
// Thread: the loop. Failure: while the disk does not take records, ready() and add() give unavailable;
// ready() tries to mend it first. resource_exhausted when too many records wait for the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "base/scope.h"
#include "base/task.h"
#include "runtime/future.h"
#include "runtime/hashing.h"
#include "runtime/runtime.h"
#include "runtime/signal.h"
#include "zone/audit/audit_config.h"
#include "zone/audit/audit_files.h"
#include "zone/audit/audit_record.h"

namespace hanse::zone {

inline constexpr std::size_t kMaxPendingAudit = 10'000;
// The newest lines are in memory, for those who follow the log.
inline constexpr std::size_t kRecentAudit = kAuditSegmentRecords;
// How often it is looked for what is older than the configuration says.
inline constexpr Seconds kAuditPruneInterval{3600};
// Between two attempts to go on after the disk took no records.
inline constexpr Nanos kAuditMendPause = Seconds{1};

struct AuditOptions {
  std::string zone;
  std::string folder;
  AuditConfig config = {};
  std::int64_t segment_records = kAuditSegmentRecords;
};

// Empty fields choose all.
struct AuditFilter {
  std::string subject = {};   // the caller's name
  std::string resource = {};  // it, or what is below it: "instances/default"
  std::string since = {};     // as to_rfc3339() writes it
  bool operator==(const AuditFilter&) const = default;
};

struct AuditQuery {
  AuditFilter filter = {};
  std::int64_t after = 0;
  std::size_t limit = 100;
};

struct AuditItem {
  std::int64_t place = 0;  // that its sequence should be
  std::string text = {};   // JSON, as it is on disk
};

struct AuditPage {
  std::vector<AuditItem> items = {};
  std::int64_t last = 0;  // that was looked at
  bool more = false;      // behind it; a page may be short, or empty, all the same
};

class AuditLog {
 public:
  AuditLog(Runtime& runtime, Hashing& hashing, AuditOptions options);

  // `revision` is the store's: a write that was not answered before the zone ended is at most as high.
  Task<Status> start(std::uint64_t revision);

  // To be asked before anything is changed: whether its record can be written afterwards.
  Task<Status> ready();
  // On disk when it completes. Time, sequence and hashes are set here.
  Task<Status> add(AuditRecord record);

  // Oldest first. Errors: data_loss when a record cannot be read; those of files.
  Task<Result<AuditPage>> list(AuditQuery query);
  // The last record that is on disk.
  const AuditAnchor& head() const { return head_; }
  // Notified when there are more.
  Signal& changes() { return changes_; }

 private:
  struct Pending {
    AuditRecord record;
    Promise<Status> promise;
  };
  Task<Status> open();
  Task<void> write_batches();
  Task<Status> write_batch(std::size_t count);
  void settle(std::size_t count, const Status& status);
  AuditRecord own_record(std::string method, std::string resource) const;
  Task<void> keep_pruned();
  Task<Status> prune();
  Task<Result<std::optional<AuditRecord>>> first_to_keep();
  std::int64_t recent_first() const;

  Runtime& runtime_;
  Hashing& hashing_;
  AuditOptions options_;
  Logger log_;
  AuditFiles files_;
  AuditAnchor head_{0, kNoAuditHash};
  std::deque<std::string> recent_;  // the last of them is the head
  std::deque<Pending> pending_;
  std::optional<Error> broken_;
  bool writing_ = false;
  bool mending_ = false;
  MonotonicTime mend_after_ = {};
  Signal changes_;
  Signal segments_;  // another one was begun
  Scope scope_{2};   // declared last: destroyed first
};

}  // namespace hanse::zone
