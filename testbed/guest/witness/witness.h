// What all threads of the witness share: its settings, its counter, the log, the pattern, and the JSON that
// describes them. Made by main, outlives every thread. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "disk_log.h"
#include "memory_pattern.h"
#include "settings.h"

namespace hanse::witness {

struct Witness {
  Witness(Settings& shared_settings, const std::string& log_path)
      : settings(shared_settings), log(log_path, shared_settings), pattern(shared_settings) {}

  // Where it stands, as a JSON object.
  [[nodiscard]] std::string describe() const;
  // Re-reads the whole log and all pages, and gives the verdict as a JSON object.
  [[nodiscard]] std::string check();

  Settings& settings;
  DiskLog log;
  MemoryPattern pattern;
  bool has_disk = false;
  std::string hostname;
  std::string boot_id;
  // Counts in memory, once per heartbeat: it lives nowhere else, so a restart shows.
  std::atomic<std::uint64_t> counter{0};
  std::atomic<std::uint64_t> heartbeats_dropped{0};
};

}  // namespace hanse::witness
