#include "io/system_files.h"

#include <utility>

#include "io/file_calls.h"

namespace hanse::io {

Task<Result<std::string>> SystemFiles::read(std::string path, Bytes limit) {
  return run_blocking(blocking_, scheduler_,
                      [path = std::move(path), limit] { return file_calls::read(path, limit); });
}

Task<Status> SystemFiles::write_atomically(std::string path, std::string content, std::uint32_t mode) {
  return run_blocking(blocking_, scheduler_, [path = std::move(path), content = std::move(content), mode] {
    return file_calls::write_atomically(path, content, mode);
  });
}

Task<Status> SystemFiles::append(std::string path, std::string data, std::uint32_t mode) {
  return run_blocking(blocking_, scheduler_, [path = std::move(path), data = std::move(data), mode] {
    return file_calls::append(path, data, mode);
  });
}

Task<Status> SystemFiles::sync(std::string path) {
  return run_blocking(blocking_, scheduler_, [path = std::move(path)] { return file_calls::sync(path); });
}

Task<Result<std::string>> SystemFiles::read_at(std::string path, std::int64_t offset, std::size_t size,
                                               std::string memory) {
  return run_blocking(blocking_, scheduler_,
                      [path = std::move(path), offset, size, memory = std::move(memory)]() mutable {
                        return file_calls::read_at(path, offset, size, std::move(memory));
                      });
}

Task<Status> SystemFiles::rename(std::string from, std::string to) {
  return run_blocking(blocking_, scheduler_,
                      [from = std::move(from), to = std::move(to)] { return file_calls::rename(from, to); });
}

Task<Status> SystemFiles::make_directories(std::string path, std::uint32_t mode) {
  return run_blocking(blocking_, scheduler_,
                      [path = std::move(path), mode] { return file_calls::make_directories(path, mode); });
}

Task<Status> SystemFiles::remove_all(std::string path) {
  return run_blocking(blocking_, scheduler_,
                      [path = std::move(path)] { return file_calls::remove_all(path); });
}

Task<Result<std::vector<std::string>>> SystemFiles::list(std::string path) {
  return run_blocking(blocking_, scheduler_, [path = std::move(path)] { return file_calls::list(path); });
}

Task<Result<FileInfo>> SystemFiles::info(std::string path) {
  return run_blocking(blocking_, scheduler_, [path = std::move(path)] { return file_calls::info(path); });
}

Task<Result<SpaceInfo>> SystemFiles::space(std::string path) {
  return run_blocking(blocking_, scheduler_, [path = std::move(path)] { return file_calls::space(path); });
}

Task<Status> SystemFiles::change_owner(std::string path, std::uint32_t user, std::uint32_t group) {
  return run_blocking(blocking_, scheduler_, [path = std::move(path), user, group] {
    return file_calls::change_owner(path, user, group);
  });
}

}  // namespace hanse::io
