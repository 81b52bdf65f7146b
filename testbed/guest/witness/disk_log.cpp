#include "disk_log.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <limits>
#include <unistd.h>

#include "crc32c.h"
#include "log_reader.h"
#include "pace.h"

namespace hanse::witness {
namespace {

// One fsync acknowledges at most this many lines, so a slow disk is caught up with in a few large steps.
constexpr std::uint64_t kMaximumLinesPerSync = 256;
constexpr std::int64_t kPauseAfterErrorNanoseconds = kNanosecondsPerSecond / 2;
constexpr std::int64_t kLongestPauseNanoseconds = 100 * kNanosecondsPerMillisecond;

bool write_all(int file, std::string_view text, std::uint64_t offset) {
  while (!text.empty()) {
    const ssize_t count = pwrite(file, text.data(), text.size(), static_cast<off_t>(offset));
    if (count <= 0) return false;
    offset += static_cast<std::uint64_t>(count);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

DiskLog::DiskLog(std::string path, const Settings& settings) : path_(std::move(path)), settings_(settings) {}

DiskLog::~DiskLog() {
  if (file_ >= 0) close(file_);
}

bool DiskLog::open() {
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) return false;
  LogReader reader;
  reader.read(file_, std::numeric_limits<std::uint64_t>::max());
  acknowledged_bytes_ = reader.whole_bytes();
  acknowledged_ = written_ = reader.last_number();
  return ftruncate(file_, static_cast<off_t>(acknowledged_bytes_)) == 0 && fsync(file_) == 0;
}

std::string DiskLog::format_line(std::uint64_t number) const {
  char head[64];
  const int size =
      std::snprintf(head, sizeof head, "%012llu %lld ", static_cast<unsigned long long>(number),
                    static_cast<long long>(monotonic_nanoseconds() / kNanosecondsPerMillisecond));
  std::string line(head, static_cast<std::size_t>(size));
  line += settings_.location() + " .";
  constexpr std::size_t kTailBytes = 10;  // a space, eight hexadecimal digits, a newline
  const std::size_t wanted = settings_.line_bytes;
  if (line.size() + kTailBytes < wanted) line.append(wanted - kTailBytes - line.size(), '.');
  char tail[16];
  std::snprintf(tail, sizeof tail, " %08x\n", crc32c(line));
  return line + tail;
}

bool DiskLog::append(std::uint64_t count) {
  std::string batch;
  const std::uint64_t first = acknowledged_ + 1;
  for (std::uint64_t index = 0; index < count; ++index) batch += format_line(first + index);
  const std::uint64_t offset = acknowledged_bytes_;  // written by this thread alone
  if (!write_all(file_, batch, offset)) return false;
  written_ = acknowledged_ + count;
  if (fdatasync(file_) != 0) return false;
  const std::scoped_lock lock(mutex_);
  acknowledged_bytes_ = offset + batch.size();
  acknowledged_ += count;
  return true;
}

void DiskLog::write_until(const std::stop_token& stop) {
  if (file_ < 0) return;
  Pace pace;
  while (!stop.stop_requested()) {
    const std::uint64_t rate = settings_.lines_per_second;
    std::uint64_t due = pace.due(rate);
    while (due > 0 && !stop.stop_requested()) {
      const std::uint64_t count = std::min(due, kMaximumLinesPerSync);
      due -= count;
      if (append(count)) continue;
      ++errors_;
      sleep_until(monotonic_nanoseconds() + kPauseAfterErrorNanoseconds);
      break;
    }
    const std::int64_t pause = rate == 0 ? kLongestPauseNanoseconds
                                         : std::min(kNanosecondsPerSecond / static_cast<std::int64_t>(rate),
                                                    kLongestPauseNanoseconds);
    sleep_until(monotonic_nanoseconds() + pause);
  }
}

LogVerdict DiskLog::check() const {
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  {
    const std::scoped_lock lock(mutex_);
    bytes = acknowledged_bytes_;
    lines = acknowledged_;
  }
  LogReader reader;
  if (file_ >= 0) {
    posix_fadvise(file_, 0, static_cast<off_t>(bytes), POSIX_FADV_DONTNEED);
    reader.read(file_, bytes);
  }
  LogVerdict verdict = reader.verdict();
  if (reader.last_number() < lines) verdict.missing += lines - reader.last_number();
  return verdict;
}

}  // namespace hanse::witness
