#include "zone/audit/audit_files.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <string_view>
#include <utility>

#include "runtime/rfc3339.h"

namespace hanse::zone {
namespace {

constexpr std::string_view kSuffix = ".log";

// Nothing for a file that is no segment.
std::optional<std::int64_t> first_of_name(std::string_view name) {
  if (!name.ends_with(kSuffix)) return std::nullopt;
  name.remove_suffix(kSuffix.size());
  std::int64_t first = 0;
  const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), first);
  if (fault != std::errc() || end != name.data() + name.size() || first < 1) return std::nullopt;
  return first;
}

// Whole lines only.
std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t feed = text.find('\n'); feed != std::string_view::npos; feed = text.find('\n')) {
    lines.emplace_back(text.substr(0, feed));
    text.remove_prefix(feed + 1);
  }
  return lines;
}

std::size_t size_of(const std::vector<std::string>& lines) {
  std::size_t size = 0;
  for (const std::string& line : lines) size += line.size() + 1;
  return size;
}

std::string join_lines(const std::vector<std::string>& lines) {
  std::string text;
  text.reserve(size_of(lines));
  for (const std::string& line : lines) text.append(line).append("\n");
  return text;
}

WallTime time_of(const std::string& line) {
  const auto record = parse_audit_record(line);
  return record ? parse_rfc3339(record->time).value_or(WallTime{}) : WallTime{};
}

}  // namespace

std::string AuditFiles::path_of(std::int64_t first) const {
  return fmt::format("{}/{:020}{}", folder_, first, kSuffix);
}

Task<Result<AuditFiles::Tail>> AuditFiles::open() {
  HANSE_CO_CHECK(co_await files_.make_directories(folder_));
  HANSE_CO_TRY(const std::vector<std::string> names, co_await files_.list(folder_));
  firsts_.clear();
  active_count_ = 0;
  for (const std::string& name : names) {
    if (const auto first = first_of_name(name)) firsts_.push_back(*first);
  }
  std::sort(firsts_.begin(), firsts_.end());
  std::size_t dropped = 0;
  while (!firsts_.empty()) {
    HANSE_CO_TRY(Tail tail, co_await open_last());
    tail.dropped_bytes += dropped;
    if (!tail.last.lines.empty()) co_return tail;
    // It was begun by an append that was never acknowledged.
    dropped = tail.dropped_bytes;
    HANSE_CO_CHECK(co_await files_.remove_all(path_of(firsts_.back())));
    firsts_.pop_back();
  }
  co_return Tail{.dropped_bytes = dropped};
}

// Whatever is readable stays, be it right or not: that is for those to say who verify the log.
Task<Result<AuditFiles::Tail>> AuditFiles::open_last() {
  const std::string path = path_of(firsts_.back());
  HANSE_CO_TRY(const std::string text, co_await files_.read(path, kMaxAuditSegmentBytes));
  Tail tail;
  tail.last = {.first = firsts_.back(), .lines = split_lines(text)};
  std::vector<std::string>& lines = tail.last.lines;
  for (; !lines.empty(); lines.pop_back()) {
    const auto record = parse_audit_record(lines.back());
    if (!record) continue;
    tail.head = anchor_of(*record);
    break;
  }
  tail.dropped_bytes = text.size() - size_of(lines);
  if (lines.empty()) co_return tail;
  // Written anew in any case: after a sync that failed nobody knows what of the file is on the disk.
  HANSE_CO_CHECK(co_await files_.write_atomically(path, join_lines(lines)));
  tail.last.end = tail.head.sequence + 1;
  active_count_ = static_cast<std::int64_t>(lines.size());
  active_since_ = time_of(lines.front());
  co_return tail;
}

bool AuditFiles::begins_anew(WallTime now) const {
  return firsts_.empty() || active_count_ >= segment_records_ || now - active_since_ >= kAuditSegmentAge;
}

std::int64_t AuditFiles::room(WallTime now) const {
  return begins_anew(now) ? segment_records_ : segment_records_ - active_count_;
}

Task<Status> AuditFiles::append(std::int64_t first, std::int64_t count, std::string text, WallTime now) {
  const bool anew = begins_anew(now);
  if (anew) {
    // Its name must be on the disk too.
    HANSE_CO_CHECK(co_await files_.write_atomically(path_of(first), std::move(text)));
    firsts_.push_back(first);
    active_count_ = 0;
    active_since_ = now;
  } else {
    const std::string path = path_of(firsts_.back());
    HANSE_CO_CHECK(co_await files_.append(path, std::move(text)));
    HANSE_CO_CHECK(co_await files_.sync(path));
  }
  active_count_ += count;
  co_return Status();
}

Task<Result<AuditLines>> AuditFiles::read(std::int64_t place) {
  if (firsts_.empty()) co_return fail(Code::not_found, "the audit log is empty");
  auto next = std::upper_bound(firsts_.begin(), firsts_.end(), place);
  if (next == firsts_.begin()) ++next;
  AuditLines lines{.first = *std::prev(next)};
  lines.end = next == firsts_.end() ? INT64_MAX : *next;
  HANSE_CO_TRY(const std::string text, co_await files_.read(path_of(lines.first), kMaxAuditSegmentBytes));
  lines.lines = split_lines(text);
  co_return lines;
}

Task<Result<AuditRecord>> AuditFiles::first_record(std::int64_t segment) {
  const std::string path = path_of(segment);
  HANSE_CO_TRY(const std::string text, co_await files_.read_at(path, 0, kMaxAuditRecordBytes));
  auto record = parse_audit_record(std::string_view(text).substr(0, text.find('\n')));
  if (!record) co_return fail(record.error().code, "{}: {}", path, record.error().message);
  co_return std::move(*record);
}

Task<Status> AuditFiles::remove_before(std::int64_t first) {
  while (firsts_.size() > 1 && firsts_.front() < first) {
    const std::string path = path_of(firsts_.front());
    firsts_.erase(firsts_.begin());
    HANSE_CO_CHECK(co_await files_.remove_all(path));
  }
  co_return Status();
}

}  // namespace hanse::zone
