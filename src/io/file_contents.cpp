// Reading and writing files, whole and in pieces.
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file_calls.h"
#include "io/file_sync.h"
#include "io/owned_descriptor.h"
#include "io/system_error.h"

namespace hanse::io::file_calls {
namespace {

Status write_whole(int file, const std::string& content, const std::string& path) {
  std::size_t written = 0;
  while (written < content.size()) {
    const ssize_t count = ::write(file, content.data() + written, content.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno("write", path);
    written += static_cast<std::size_t>(count);
  }
  return {};
}

// Writes and syncs the temporary file; its name is filled in by mkostemp().
Status write_temporary(std::string& temporary, const std::string& content, std::uint32_t mode,
                       const std::string& path) {
  const OwnedDescriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.valid()) return fail_errno("write", path);
  Status status = write_whole(file.number(), content, path);
  if (status && ::fchmod(file.number(), mode) != 0) status = fail_errno("set the mode of", path);
  if (status && ::fsync(file.number()) != 0) status = fail_errno("sync", path);
  if (!status) ::unlink(temporary.c_str());
  return status;
}

}  // namespace

Result<std::string> read(const std::string& path, Bytes limit) {
  const OwnedDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return fail_errno("read", path);
  // The size that stat() gives is a hint only: /proc says 0, and files grow.
  constexpr std::size_t kStep = 64 << 10;
  std::string content;
  for (;;) {
    const std::size_t before = content.size();
    content.resize(before + kStep);
    const ssize_t count = ::read(file.number(), content.data() + before, kStep);
    if (count < 0 && errno != EINTR) return fail_errno("read", path);
    content.resize(before + static_cast<std::size_t>(count > 0 ? count : 0));
    if (count == 0) return content;
    if (content.size() > static_cast<std::size_t>(limit.value))
      return fail(Code::resource_exhausted, "'{}' is larger than {} bytes; give a smaller file", path,
                  limit.value);
  }
}

Status append(const std::string& path, const std::string& data, std::uint32_t mode) {
  const OwnedDescriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, mode));
  if (!file.valid()) return fail_errno("write", path);
  return write_whole(file.number(), data, path);
}

Status sync(const std::string& path) {
  const OwnedDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return fail_errno("sync", path);
  if (::fsync(file.number()) != 0) return fail_errno("sync", path);
  return {};
}

Result<std::string> read_at(const std::string& path, std::int64_t offset, std::size_t size,
                            std::string memory) {
  const OwnedDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return fail_errno("read", path);
  memory.resize(size);
  std::size_t got = 0;
  while (got < size) {
    const auto position = static_cast<off_t>(offset) + static_cast<off_t>(got);
    const ssize_t count = ::pread(file.number(), memory.data() + got, size - got, position);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno("read", path);
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  memory.resize(got);
  return memory;
}

Status write_atomically(const std::string& path, const std::string& content, std::uint32_t mode) {
  std::string temporary = path + ".XXXXXX";
  HANSE_CHECK(write_temporary(temporary, content, mode, path));
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int failure = errno;
    ::unlink(temporary.c_str());
    return fail_errno("write", path, failure);
  }
  return sync_folder_of(path);
}

}  // namespace hanse::io::file_calls
