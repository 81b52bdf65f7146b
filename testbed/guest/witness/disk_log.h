// The log on disk: numbered lines `<number> <monotonic ms> <location> <padding> <crc32c>`, each made durable
// by fsync before it counts as acknowledged. Opened once by main; one thread runs write_until(), any thread
// may ask and check. After a crash the numbering goes on behind the last whole line. A full or failing disk
// counts errors and is tried again.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include "settings.h"

namespace hanse::witness {

struct LogVerdict {
  std::uint64_t lines = 0;
  std::uint64_t missing = 0;
  std::uint64_t damaged = 0;
  std::uint64_t repeated = 0;
  [[nodiscard]] bool sound() const { return missing == 0 && damaged == 0 && repeated == 0; }
};

class DiskLog {
 public:
  DiskLog(std::string path, const Settings& settings);
  ~DiskLog();
  DiskLog(const DiskLog&) = delete;
  DiskLog& operator=(const DiskLog&) = delete;

  // Opens or creates the file and finds the last line; false if the disk cannot be used, then nothing is ever
  // written.
  bool open();
  // Appends at the set rate until asked to stop; what is acknowledged by then is on disk.
  void write_until(const std::stop_token& stop);
  // Reads every acknowledged line back from the disk, past the page cache.
  [[nodiscard]] LogVerdict check() const;

  [[nodiscard]] std::uint64_t written() const { return written_; }
  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] std::uint64_t errors() const { return errors_; }

 private:
  [[nodiscard]] std::string format_line(std::uint64_t number) const;
  bool append(std::uint64_t count);

  const std::string path_;
  const Settings& settings_;
  int file_ = -1;
  // Guards the pair "how many lines" and "how many bytes hold them", which a check must see together.
  mutable std::mutex mutex_;
  std::uint64_t acknowledged_bytes_ = 0;
  std::atomic<std::uint64_t> acknowledged_{0};
  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> errors_{0};
};

}  // namespace hanse::witness
