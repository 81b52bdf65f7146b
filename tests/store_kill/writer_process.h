// WriterProcess: the writer as a child process, its printed lines, and its violent end.
//
// Lifecycle: the constructor starts it; kill() ends it. Thread: the test's. Failure: a doctest REQUIRE.
#pragma once

#include <chrono>
#include <string>
#include <sys/types.h>

namespace hanse::store_kill {

class WriterProcess {
 public:
  explicit WriterProcess(const std::string& store_path);
  ~WriterProcess();
  WriterProcess(const WriterProcess&) = delete;
  WriterProcess& operator=(const WriterProcess&) = delete;

  // Reads what it prints for this long. Requires: it still runs at the end.
  void read_for(std::chrono::microseconds duration);
  // Reads until its first line, which says that the store is open.
  void read_until_open();
  // Kills it and reads what was left in the pipe.
  void kill();

  // All that it printed; the last line may be cut.
  const std::string& output() const { return output_; }

 private:
  bool read_some(std::chrono::microseconds wait);

  pid_t pid_ = -1;
  int pipe_ = -1;
  std::string output_;
};

}  // namespace hanse::store_kill
