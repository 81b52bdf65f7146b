#include "zone/audit/audit_log.h"

#include <algorithm>
#include <chrono>
#include <iterator>

#include "runtime/sleep.h"
#include "zone/audit/audit_select.h"

namespace hanse::zone {
namespace {

Error not_written(const Error& error) {
  return {Code::unavailable,
          fmt::format("the zone's audit log cannot be written, so that nothing is accepted: {}; see to the "
                      "disk of its data_dir",
                      error.message)};
}

}  // namespace

AuditLog::AuditLog(Runtime& runtime, Hashing& hashing, AuditOptions options)
    : runtime_(runtime),
      hashing_(hashing),
      options_(std::move(options)),
      log_(runtime.log, "audit"),
      files_(runtime.files, options_.folder, options_.segment_records),
      changes_(runtime.scheduler),
      segments_(runtime.scheduler) {}

Task<Status> AuditLog::open() {
  HANSE_CO_TRY(AuditFiles::Tail tail, co_await files_.open());
  if (tail.dropped_bytes > 0)
    log_.warning("{} bytes behind record {} were torn and dropped", tail.dropped_bytes, tail.head.sequence);
  head_ = std::move(tail.head);
  recent_.assign(std::make_move_iterator(tail.last.lines.begin()),
                 std::make_move_iterator(tail.last.lines.end()));
  while (recent_.size() > kRecentAudit) recent_.pop_front();
  co_return Status();
}

// A zone whose disk is full starts all the same: what is read needs no record.
Task<Status> AuditLog::start(std::uint64_t revision) {
  const Status opened = co_await open();
  if (!opened && opened.error().code != Code::resource_exhausted) co_return fail(opened.error());
  if (!opened) broken_ = not_written(opened.error());
  AuditRecord record = own_record(kAuditStart, "zones/" + options_.zone);
  record.revision = static_cast<std::int64_t>(revision);
  if (const Status added = co_await add(std::move(record)); !added)
    log_.error("the start is not on record: {}", added.error().message);
  if (!scope_.spawn(keep_pruned())) co_return fail(Code::internal, "the audit log cannot be kept");
  co_return Status();
}

AuditRecord AuditLog::own_record(std::string method, std::string resource) const {
  return {.caller = {.kind = AuditCallerKind::zone, .name = options_.zone},
          .method = std::move(method),
          .resource = std::move(resource)};
}

Task<Status> AuditLog::ready() {
  if (!broken_) co_return Status();
  const MonotonicTime now = runtime_.clock.now();
  if (mending_ || now < mend_after_) co_return fail(*broken_);
  mend_after_ = now + kAuditMendPause;
  struct Mending {
    bool& flag;
    explicit Mending(bool& set) : flag(set) { flag = true; }
    Mending(const Mending&) = delete;
    Mending& operator=(const Mending&) = delete;
    ~Mending() { flag = false; }
  };
  const Mending mending(mending_);
  const Status opened = co_await open();
  if (!opened) co_return fail(*(broken_ = not_written(opened.error())));
  broken_.reset();
  log_.info("the audit log is written again, from record {} on", head_.sequence + 1);
  co_return Status();
}

Task<Status> AuditLog::add(AuditRecord record) {
  if (broken_) co_return fail(*broken_);
  if (pending_.size() >= kMaxPendingAudit) {
    co_return fail(Code::resource_exhausted, "{} audit records wait for the disk; retry later",
                   pending_.size());
  }
  record.time = to_rfc3339(runtime_.clock.wall_now());
  auto [promise, future] = make_promise<Status>(runtime_.scheduler);
  pending_.push_back({std::move(record), promise});
  if (!writing_) {
    writing_ = true;
    if (!scope_.spawn(write_batches())) co_return fail(Code::internal, "the audit log's writer runs twice");
  }
  co_return co_await std::move(future);
}

// The turn of the loop before each batch lets those join who were answered by the last one.
Task<void> AuditLog::write_batches() {
  while (!pending_.empty()) {
    co_await yield_to_loop(runtime_.scheduler);
    const auto room = static_cast<std::size_t>(files_.room(runtime_.clock.wall_now()));
    const std::size_t count = std::min(pending_.size(), room);
    const Status written = co_await write_batch(count);
    if (written) {
      settle(count, Status());
      continue;
    }
    const Error error = not_written(written.error());
    log_.error("{} records were not written: {}", pending_.size(), written.error().message);
    broken_ = error;
    settle(pending_.size(), fail(error));
  }
  writing_ = false;
}

Task<Status> AuditLog::write_batch(std::size_t count) {
  AuditAnchor head = head_;
  std::vector<std::string> lines;
  lines.reserve(count);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    AuditRecord& record = pending_[i].record;
    lines.push_back(seal(hashing_, head, record));
    text.append(lines.back()).append("\n");
    head = anchor_of(record);
  }
  const std::size_t segments = files_.segments().size();
  HANSE_CO_CHECK(co_await files_.append(head_.sequence + 1, static_cast<std::int64_t>(count), std::move(text),
                                        runtime_.clock.wall_now()));
  head_ = std::move(head);
  for (std::string& line : lines) recent_.push_back(std::move(line));
  while (recent_.size() > kRecentAudit) recent_.pop_front();
  changes_.notify();
  if (files_.segments().size() != segments) segments_.notify();
  co_return Status();
}

void AuditLog::settle(std::size_t count, const Status& status) {
  for (; count > 0; --count) {
    pending_.front().promise.set(status);
    pending_.pop_front();
  }
}

std::int64_t AuditLog::recent_first() const {
  return head_.sequence - static_cast<std::int64_t>(recent_.size()) + 1;
}

Task<Result<AuditPage>> AuditLog::list(AuditQuery query) {
  const std::int64_t head = head_.sequence;
  if (query.after >= head) co_return AuditPage{.last = query.after};
  if (query.after + 1 >= recent_first()) {
    HANSE_CO_TRY(AuditPage page, select_audit(recent_, recent_first(), head + 1, query));
    page.more = page.last < head;
    co_return page;
  }
  Result<AuditLines> read = co_await files_.read(query.after + 1);
  // Pruned meanwhile: what comes behind it is there.
  if (!read && read.error().code == Code::not_found) read = co_await files_.read(query.after + 1);
  if (!read) co_return fail(read.error());
  auto select = [lines = std::move(*read), query, head]() -> Result<AuditPage> {
    return select_audit(lines.lines, lines.first, std::min(lines.end, head + 1), query);
  };
  HANSE_CO_TRY(AuditPage page,
               co_await run_blocking(runtime_.blocking, runtime_.scheduler, std::move(select)));
  page.more = page.last < head;
  co_return page;
}

Task<void> AuditLog::keep_pruned() {
  while (true) {
    const std::uint64_t seen = segments_.version();
    if (const Status pruned = co_await prune(); !pruned)
      log_.error("the audit log was not pruned: {}", pruned.error().message);
    co_await segments_.changed_since(seen, kAuditPruneInterval);
  }
}

// The record comes first: what is missing at the beginning is accounted for at any time.
Task<Status> AuditLog::prune() {
  HANSE_CO_TRY(const std::optional<AuditRecord> keep, co_await first_to_keep());
  if (!keep) co_return Status();
  AuditRecord record = own_record(kAuditPrune, "audit");
  record.pruned = AuditAnchor{keep->sequence - 1, keep->previous};
  HANSE_CO_CHECK(co_await add(std::move(record)));
  while (!recent_.empty() && recent_first() < keep->sequence) recent_.pop_front();
  HANSE_CO_CHECK(co_await files_.remove_before(keep->sequence));
  log_.info("records up to {} were pruned", keep->sequence - 1);
  co_return Status();
}

// Of a segment; nothing: all are kept.
Task<Result<std::optional<AuditRecord>>> AuditLog::first_to_keep() {
  const std::chrono::hours age{24 * options_.config.keep_days};
  const std::string oldest = to_rfc3339(runtime_.clock.wall_now() - age);
  std::optional<AuditRecord> keep;
  for (std::size_t i = 1; i < files_.segments().size(); ++i) {
    HANSE_CO_TRY(AuditRecord record, co_await files_.first_record(files_.segments()[i]));
    const bool many = head_.sequence - record.sequence + 1 >= options_.config.keep_records;
    if (!many && record.time >= oldest) break;
    keep = std::move(record);
  }
  co_return keep;
}

}  // namespace hanse::zone
