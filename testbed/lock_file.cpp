#include "testbed/lock_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace hanse::testbed {
namespace {

// False when the file was removed, or replaced, between opening and locking it.
bool still_named(int descriptor, const std::string& path) {
  struct stat opened{};
  struct stat named{};
  return ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino;
}

constexpr int kAttempts = 10;

// A record lock is the process's alone: unlike one of flock(), no child holds it on between fork and exec.
bool lock(int descriptor) {
  struct flock whole{};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return ::fcntl(descriptor, F_SETLK, &whole) == 0;
}

}  // namespace

Result<LockFile> LockFile::acquire(std::string path) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    OwnedDescriptor descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!descriptor.valid())
      return fail(Code::unavailable, "lock file {} cannot be opened: {}", path, std::strerror(errno));
    if (!lock(descriptor.get())) break;
    if (still_named(descriptor.get(), path)) return LockFile(std::move(descriptor), std::move(path));
  }
  return fail(Code::failed_precondition,
              "another 'hanse testbed' command is changing this testbed (lock {}); wait until it has ended",
              path);
}

LockFile::~LockFile() {
  // Removed while it is held: whoever opened it before sees that it is no longer named.
  if (descriptor_.valid()) ::unlink(path_.c_str());
}

}  // namespace hanse::testbed
