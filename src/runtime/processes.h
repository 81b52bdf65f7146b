// Child processes. A daemonised child outlives this process and is found again by pid and start time;
// everything else is waited for.
//
// Thread: the loop. Failure: not_found when there is no such program, unavailable when it cannot be started.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/units.h"

namespace hanse {

struct ProcessUser {
  std::uint32_t user = 0;
  std::uint32_t group = 0;
  std::vector<std::uint32_t> more_groups = {};
};

struct ProcessOptions {
  std::vector<std::string> arguments = {};  // arguments[0] is the program, found by PATH
  std::optional<ProcessUser> as_user = {};  // drop to this user; needs root
  std::string working_directory = {};
  std::string output_path = {};     // append stdout and stderr here; empty: capture them
  Nanos time_limit = Seconds{600};  // run(): killed after this
  Bytes output_limit{1 << 20};      // run(): captured output beyond this is dropped
  std::optional<Bytes> address_space_limit = {};
  std::optional<Seconds> cpu_limit = {};
};

struct ProcessResult {
  int exit_status = 0;  // 128 + signal when it was killed
  std::string output = {};
  std::string error_output = {};
};

// Identifies a process beyond the reuse of its pid.
struct ProcessId {
  std::int64_t pid = 0;
  std::uint64_t start_time = 0;  // clock ticks after boot, field 22 of /proc/<pid>/stat
  bool operator==(const ProcessId&) const = default;
};

class Processes {
 public:
  virtual ~Processes() = default;
  // Starts, waits, captures. Destroying the task kills the process.
  // Errors: deadline_exceeded; a non-zero exit status is no error here.
  virtual Task<Result<ProcessResult>> run(ProcessOptions options) = 0;
  // Starts a process in a session of its own that outlives this one.
  virtual Task<Result<ProcessId>> start_daemon(ProcessOptions options) = 0;
  virtual bool alive(const ProcessId& process) const = 0;
  // What runs now under this pid. Errors: not_found.
  virtual Result<ProcessId> identify(std::int64_t pid) const = 0;
  // A signal to exactly this process; nothing when it is gone.
  virtual void signal(const ProcessId& process, int number) = 0;
};

}  // namespace hanse
