#include "io/file_sync.h"

#include <fcntl.h>
#include <unistd.h>

#include "io/owned_descriptor.h"
#include "io/system_error.h"

namespace hanse::io {

std::string folder_of(const std::string& path) {
  const std::size_t last = path.find_last_not_of('/');
  const std::size_t slash = last == std::string::npos ? std::string::npos : path.rfind('/', last);
  if (slash == std::string::npos) return path.starts_with('/') ? "/" : ".";
  const std::size_t end = path.find_last_not_of('/', slash);
  return end == std::string::npos ? "/" : path.substr(0, end + 1);
}

Status sync_folder_of(const std::string& path) {
  const std::string folder = folder_of(path);
  const OwnedDescriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.valid()) return fail_errno("open folder", folder);
  if (::fsync(file.number()) != 0) return fail_errno("sync folder", folder);
  return {};
}

}  // namespace hanse::io
