#include "store/frame_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <new>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace hanse::store {
namespace {

tl::unexpected<Error> failure(const char* action, const std::string& path) {
  const int number = errno;
  const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  return fail(full ? Code::resource_exhausted : Code::unavailable, "cannot {} '{}': {}", action, path,
              std::strerror(number));
}

struct FreePiece {
  void operator()(char* piece) const { std::free(piece); }
};
using Piece = std::unique_ptr<char, FreePiece>;

// Where it begins and what it has are whole slots, as writing past the page cache asks for.
Piece make_piece(const std::vector<std::string_view>& frames, std::size_t size) {
  Piece piece(static_cast<char*>(std::aligned_alloc(kFrameSlot, size)));
  if (!piece) throw std::bad_alloc();
  char* place = piece.get();
  for (const std::string_view frame : frames) {
    const std::size_t rest = slots_bytes(frame.size()) - frame.size();
    place = std::copy(frame.begin(), frame.end(), place);
    place = std::fill_n(place, rest, '\0');
  }
  return piece;
}

}  // namespace

FrameFile::~FrameFile() {
  close();
}

void FrameFile::close() {
  for (int* const file : {&file_, &direct_}) {
    if (*file >= 0) ::close(*file);
    *file = -1;
  }
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
  // Some file systems have no such thing.
  direct_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_DIRECT);
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

// In one piece, which costs the disk the least.
Status FrameFile::write(std::uint64_t place, const std::vector<std::string_view>& frames, PageCache cache) {
  std::size_t size = 0;
  for (const std::string_view frame : frames) size += slots_bytes(frame.size());
  if (size == 0) return {};
  const Piece piece = make_piece(frames, size);
  std::size_t written = 0;
  while (written < size) {
    // What is left of one that was cut short need not be whole slots.
    const bool direct = cache == PageCache::bypassed && direct_ >= 0 && written % kFrameSlot == 0;
    const int file = direct ? direct_ : file_;
    const ssize_t count =
        ::pwrite(file, piece.get() + written, size - written, static_cast<off_t>(place + written));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EINVAL && direct) {
      ::close(std::exchange(direct_, -1));  // its blocks are larger than a slot
      continue;
    }
    if (count < 0) return failure("write", path_);
    written += static_cast<std::size_t>(count);
  }
  return {};
}

}  // namespace hanse::store
