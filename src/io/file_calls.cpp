#include "io/file_calls.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>

#include "io/file_sync.h"
#include "io/system_error.h"

namespace hanse::io::file_calls {

Status rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return fail_errno("rename", from + "' to '" + to);
  HANSE_CHECK(sync_folder_of(to));
  return folder_of(from) == folder_of(to) ? Status() : sync_folder_of(from);
}

Status make_directories(const std::string& path, std::uint32_t mode) {
  if (path.empty()) return fail(Code::invalid_argument, "cannot make a folder without a name");
  if (::mkdir(path.c_str(), mode) == 0) return sync_folder_of(path);
  if (errno == ENOENT) {
    HANSE_CHECK(make_directories(folder_of(path), mode));
    return make_directories(path, mode);
  }
  const int failure = errno;
  struct stat status{};
  if (failure == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return {};
  return fail_errno("make folder", path, failure);
}

Status remove_all(const std::string& path) {
  std::error_code failure;
  std::filesystem::remove_all(path, failure);
  if (failure && failure != std::errc::no_such_file_or_directory)
    return fail_errno("remove", path, failure.value());
  return {};
}

Result<std::vector<std::string>> list(const std::string& path) {
  std::error_code failure;
  std::vector<std::string> names;
  std::filesystem::directory_iterator entry(path, failure);
  for (; !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure))
    names.push_back(entry->path().filename().string());
  if (failure) return fail_errno("list", path, failure.value());
  std::sort(names.begin(), names.end());
  return names;
}

Result<FileInfo> info(const std::string& path) {
  constexpr std::int64_t kBlockBytes = 512;  // what st_blocks counts, whatever the file system
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return fail_errno("look at", path);
  return FileInfo{.size = {status.st_size},
                  .allocated = {status.st_blocks * kBlockBytes},
                  .is_directory = S_ISDIR(status.st_mode)};
}

Result<SpaceInfo> space(const std::string& path) {
  struct statvfs status{};
  if (::statvfs(path.c_str(), &status) != 0) return fail_errno("measure the space of", path);
  const auto block = static_cast<std::int64_t>(status.f_frsize);
  return SpaceInfo{.total = {static_cast<std::int64_t>(status.f_blocks) * block},
                   .available = {static_cast<std::int64_t>(status.f_bavail) * block}};
}

Status change_owner(const std::string& path, std::uint32_t user, std::uint32_t group) {
  // Never through a symbolic link: whoever may write the folder could point it at another's file.
  if (::lchown(path.c_str(), user, group) != 0) return fail_errno("change the owner of", path);
  return {};
}

}  // namespace hanse::io::file_calls
