// Files, as few operations as Hanse needs. The real ones run on a blocking executor; the simulated ones lose
// at a crash what was not synced.
//
// Thread: the loop. Failure: not_found, resource_exhausted (disk full), permission_denied, unavailable, with
// the path in the message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/units.h"

namespace hanse {

struct FileInfo {
  Bytes size;
  Bytes allocated;  // what it takes on disk
  bool is_directory = false;
};

struct SpaceInfo {
  Bytes total;
  Bytes available;
};

class Files {
 public:
  virtual ~Files() = default;
  // Errors: resource_exhausted when the file is larger than `limit`.
  virtual Task<Result<std::string>> read(std::string path, Bytes limit) = 0;
  // All or nothing, and on disk when it completes: temporary file, fsync, rename, fsync of the folder.
  virtual Task<Status> write_atomically(std::string path, std::string content, std::uint32_t mode = 0600) = 0;
  // For large files, piece by piece. append() makes the file when it is missing; what it wrote is on disk
  // after sync().
  virtual Task<Status> append(std::string path, std::string data, std::uint32_t mode = 0600) = 0;
  virtual Task<Status> sync(std::string path) = 0;
  // Up to `size` bytes; fewer at the end of the file, none beyond it. `memory`: what may hold them, whatever
  // is in it, so that none is cleared for them.
  virtual Task<Result<std::string>> read_at(std::string path, std::int64_t offset, std::size_t size,
                                            std::string memory = {}) = 0;
  // Atomic within one file system, and on disk when it completes.
  virtual Task<Status> rename(std::string from, std::string to) = 0;
  virtual Task<Status> make_directories(std::string path, std::uint32_t mode = 0700) = 0;
  // A file or a whole folder; what is not there is removed already.
  virtual Task<Status> remove_all(std::string path) = 0;
  // Names, sorted. Errors: not_found.
  virtual Task<Result<std::vector<std::string>>> list(std::string path) = 0;
  virtual Task<Result<FileInfo>> info(std::string path) = 0;
  virtual Task<Result<SpaceInfo>> space(std::string path) = 0;
  virtual Task<Status> change_owner(std::string path, std::uint32_t user, std::uint32_t group) = 0;
};

inline constexpr Bytes kSmallFileLimit{1 << 20};

}  // namespace hanse
