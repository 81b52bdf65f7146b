// A file of the user that is too large to hold in memory, read piece by piece on the blocking executor; the
// runtime's Files reads whole small files only.
//
// Lifecycle: opened by open(), closed with the last copy. One reader at a time. Thread: the loop.
// Failure: not_found, permission_denied, data_loss when the file got shorter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "runtime/blocking.h"
#include "runtime/scheduler.h"

namespace hanse::cli {

class LocalFile {
 public:
  static Task<Result<LocalFile>> open(BlockingExecutor& executor, Scheduler& scheduler, std::string path);

  std::uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }
  // 0 is the end.
  Task<Result<std::size_t>> read(std::span<std::byte> buffer);

 private:
  LocalFile(BlockingExecutor& executor, Scheduler& scheduler, std::string path,
            std::shared_ptr<std::FILE> file, std::uint64_t size);

  BlockingExecutor& executor_;
  Scheduler& scheduler_;
  std::string path_;
  // shared_ptr: a read that nobody waits for any more still owns the file until it returns.
  std::shared_ptr<std::FILE> file_;
  std::uint64_t size_;
};

}  // namespace hanse::cli
