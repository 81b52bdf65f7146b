// The Files of the real runtime: plain system calls on the blocking executor. Thread: the loop.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/blocking.h"
#include "runtime/files.h"

namespace hanse::io {

class SystemFiles final : public Files {
 public:
  SystemFiles(BlockingExecutor& blocking, Scheduler& scheduler)
      : blocking_(blocking), scheduler_(scheduler) {}

  Task<Result<std::string>> read(std::string path, Bytes limit) override;
  Task<Status> write_atomically(std::string path, std::string content, std::uint32_t mode) override;
  Task<Status> append(std::string path, std::string data, std::uint32_t mode) override;
  Task<Status> sync(std::string path) override;
  Task<Result<std::string>> read_at(std::string path, std::int64_t offset, std::size_t size,
                                    std::string memory) override;
  Task<Status> rename(std::string from, std::string to) override;
  Task<Status> make_directories(std::string path, std::uint32_t mode) override;
  Task<Status> remove_all(std::string path) override;
  Task<Result<std::vector<std::string>>> list(std::string path) override;
  Task<Result<FileInfo>> info(std::string path) override;
  Task<Result<SpaceInfo>> space(std::string path) override;
  Task<Status> change_owner(std::string path, std::uint32_t user, std::uint32_t group) override;

 private:
  BlockingExecutor& blocking_;
  Scheduler& scheduler_;
};

}  // namespace hanse::io
