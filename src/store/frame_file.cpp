#include "store/frame_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hanse::store {
namespace {

tl::unexpected<Error> failure(const char* action, const std::string& path) {
  const int number = errno;
  const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  return fail(full ? Code::resource_exhausted : Code::unavailable, "cannot {} '{}': {}", action, path,
              std::strerror(number));
}

}  // namespace

FrameFile::~FrameFile() {
  close();
}

void FrameFile::close() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
}

Status FrameFile::open(const std::string& path, std::uint64_t limit) {
  close();
  path_ = path;
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file_ < 0) return failure("open", path_);
  struct stat found{};
  if (::fstat(file_, &found) != 0) return failure("read", path_);
  if (static_cast<std::uint64_t>(found.st_size) > limit && ::ftruncate(file_, static_cast<off_t>(limit)) != 0)
    return failure("cut", path_);
  return {};
}

Result<std::string> FrameFile::read(std::uint64_t place, std::size_t size) const {
  std::string frame(size, '\0');
  std::size_t got = 0;
  while (got < size) {
    const ssize_t count = ::pread(file_, frame.data() + got, size - got, static_cast<off_t>(place + got));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("read", path_);
    if (count == 0) return fail(Code::data_loss, "'{}' ends before byte {}", path_, place + size);
    got += static_cast<std::size_t>(count);
  }
  return frame;
}

// In one piece: a page that is written whole need not be read first.
Status FrameFile::write(std::uint64_t place, const std::vector<std::string_view>& frames) {
  std::size_t size = 0;
  for (const std::string_view frame : frames) size += slots_bytes(frame.size());
  std::string piece;
  piece.reserve(size);
  for (const std::string_view frame : frames) {
    piece += frame;
    piece.resize(slots_bytes(piece.size()), '\0');
  }
  std::size_t written = 0;
  while (written < piece.size()) {
    const auto at = static_cast<off_t>(place + written);
    const ssize_t count = ::pwrite(file_, piece.data() + written, piece.size() - written, at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("write", path_);
    written += static_cast<std::size_t>(count);
  }
  return {};
}

}  // namespace hanse::store
