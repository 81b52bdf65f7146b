// AuditFiles: the audit log on disk (docs/protocols/audit_log.md): a folder of segments, each named by its
// first record's place and holding a line for each record.
//
// Lifecycle: open() before all else, and again after an append that failed: it finds the end of the log, and
// what stands torn behind it is dropped. Thread: the loop; one call of open() and append() at a time.
// Failure: those of Files; data_loss for a segment that cannot be read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "runtime/clock.h"
#include "runtime/files.h"
#include "zone/audit/audit_record.h"

namespace hanse::zone {

// The next record begins another segment when there are this many, or the first is older.
inline constexpr std::int64_t kAuditSegmentRecords = 4096;
inline constexpr Seconds kAuditSegmentAge{24 * 3600};
inline constexpr Bytes kMaxAuditSegmentBytes{kAuditSegmentRecords *
                                             static_cast<std::int64_t>(kMaxAuditRecordBytes)};

// Lines of one segment, in their order.
struct AuditLines {
  std::int64_t first = 1;  // the place that the first line has
  std::int64_t end = 1;    // the first place behind the segment
  std::vector<std::string> lines = {};
};

class AuditFiles {
 public:
  AuditFiles(Files& files, std::string folder, std::int64_t segment_records)
      : files_(files), folder_(std::move(folder)), segment_records_(segment_records) {}

  struct Tail {
    AuditAnchor head = {0, kNoAuditHash};
    AuditLines last = {};  // segment
    std::size_t dropped_bytes = 0;
  };
  Task<Result<Tail>> open();
  // Lines for the records from `first` on, each with its line feed; durable when it completes.
  Task<Status> append(std::int64_t first, std::int64_t count, std::string text, WallTime now);
  // How many of the next records belong into one append(): at least one.
  std::int64_t room(WallTime now) const;

  // The first places of the segments.
  const std::vector<std::int64_t>& segments() const { return firsts_; }
  // Errors: not_found when the segment of that place is not there any more.
  Task<Result<AuditLines>> read(std::int64_t place);
  Task<Result<AuditRecord>> first_record(std::int64_t segment);
  // Removes the segments before the one that begins at `first`, oldest first.
  Task<Status> remove_before(std::int64_t first);

 private:
  std::string path_of(std::int64_t first) const;
  bool begins_anew(WallTime now) const;
  Task<Result<Tail>> open_last();

  Files& files_;
  std::string folder_;
  std::int64_t segment_records_;
  std::vector<std::int64_t> firsts_;
  std::int64_t active_count_ = 0;
  WallTime active_since_ = {};
};

}  // namespace hanse::zone
