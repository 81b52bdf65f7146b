#include "simulator/files.h"

#include <type_traits>

namespace hanse::simulator {
namespace {

// The operation on the disk at some time, its completion at a later one.
template <class Work, class T = std::invoke_result_t<Work>>
Task<T> on_disk(ProcessLoop& loop, Work work) {
  return run_blocking(loop, loop, std::move(work));
}

}  // namespace

Task<Result<std::string>> SimulatedFiles::read(std::string path, Bytes limit) {
  return on_disk(loop_, [&disk = disk_, path = std::move(path), limit] { return disk.read(path, limit); });
}

Task<Status> SimulatedFiles::write_atomically(std::string path, std::string content, std::uint32_t) {
  return on_disk(loop_, [&disk = disk_, path = std::move(path), content = std::move(content)] {
    return disk.write(path, content);
  });
}

// Pieces are on the disk at once: what a crash may take of a file that is not complete is of no interest to
// anyone, since such a file is only renamed into place once it is.
Task<Status> SimulatedFiles::append(std::string path, std::string data, std::uint32_t) {
  return on_disk(loop_, [&disk = disk_, path = std::move(path), data = std::move(data)] {
    return disk.append(path, data);
  });
}

Task<Status> SimulatedFiles::sync(std::string path) {
  return on_disk(loop_, [&disk = disk_, path = std::move(path)] {
    const Result<FileInfo> info = disk.info(path);
    return info ? Status() : Status(fail(info.error()));
  });
}

Task<Result<std::string>> SimulatedFiles::read_at(std::string path, std::int64_t offset, std::size_t size,
                                                  std::string) {
  return on_disk(loop_, [&disk = disk_, path = std::move(path), offset, size]() -> Result<std::string> {
    HANSE_TRY(const std::string content, disk.read(path, Bytes{std::int64_t{1} << 40}));
    const auto begin = std::min(content.size(), static_cast<std::size_t>(offset));
    return content.substr(begin, size);
  });
}

Task<Status> SimulatedFiles::rename(std::string from, std::string to) {
  return on_disk(
      loop_, [&disk = disk_, from = std::move(from), to = std::move(to)] { return disk.rename(from, to); });
}

Task<Status> SimulatedFiles::make_directories(std::string path, std::uint32_t) {
  return on_disk(loop_, [&disk = disk_, path = std::move(path)] { return disk.make_directories(path); });
}

Task<Status> SimulatedFiles::remove_all(std::string path) {
  return on_disk(loop_, [&disk = disk_, path = std::move(path)] { return disk.remove_all(path); });
}

Task<Result<std::vector<std::string>>> SimulatedFiles::list(std::string path) {
  return on_disk(loop_, [&disk = disk_, path = std::move(path)] { return disk.list(path); });
}

Task<Result<FileInfo>> SimulatedFiles::info(std::string path) {
  return on_disk(loop_, [&disk = disk_, path = std::move(path)] { return disk.info(path); });
}

Task<Result<SpaceInfo>> SimulatedFiles::space(std::string) {
  return on_disk(loop_, [&disk = disk_] { return Result<SpaceInfo>(disk.space()); });
}

Task<Status> SimulatedFiles::change_owner(std::string path, std::uint32_t, std::uint32_t) {
  return on_disk(loop_, [&disk = disk_, path = std::move(path)] {
    const Result<FileInfo> info = disk.info(path);
    return info ? Status() : Status(fail(info.error()));
  });
}

}  // namespace hanse::simulator
