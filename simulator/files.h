// SimulatedFiles: Files over a Disk. Each operation takes some time before it is on the disk, and some more
// before it completes; a crash before the first leaves the old state, after it the new one.
//
// Lifecycle: one for each run of a process, over the disk of its machine. Thread: the loop.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/files.h"
#include "simulator/disk.h"
#include "simulator/process_loop.h"

namespace hanse::simulator {

class SimulatedFiles final : public Files {
 public:
  SimulatedFiles(ProcessLoop& loop, Disk& disk) : loop_(loop), disk_(disk) {}

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
  ProcessLoop& loop_;
  Disk& disk_;
};

}  // namespace hanse::simulator
