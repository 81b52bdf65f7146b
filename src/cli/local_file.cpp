#include "cli/local_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace hanse::cli {
namespace {

using Piece = std::vector<std::byte>;

tl::unexpected<Error> file_failure(const std::string& path, int number) {
  const Code code = number == EACCES || number == EPERM ? Code::permission_denied
                    : number == ENOENT                  ? Code::not_found
                                                        : Code::unavailable;
  return fail(code, "cannot read '{}': {}", path, std::strerror(number));
}

struct Opened {
  std::shared_ptr<std::FILE> file;
  std::uint64_t size = 0;
};

Result<Opened> open_file(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) return file_failure(path, errno);
  Opened opened{std::shared_ptr<std::FILE>(file, [](std::FILE* done) { std::fclose(done); })};
  struct stat information{};
  if (fstat(fileno(file), &information) != 0) return file_failure(path, errno);
  if (!S_ISREG(information.st_mode)) return fail(Code::invalid_argument, "'{}' is no plain file", path);
  opened.size = static_cast<std::uint64_t>(information.st_size);
  return opened;
}

Result<Piece> read_piece(std::FILE* file, const std::string& path, std::size_t most) {
  Piece piece(most);
  piece.resize(std::fread(piece.data(), 1, most, file));
  if (piece.empty() && std::ferror(file) != 0) return file_failure(path, errno);
  return piece;
}

}  // namespace

LocalFile::LocalFile(BlockingExecutor& executor, Scheduler& scheduler, std::string path,
                     std::shared_ptr<std::FILE> file, std::uint64_t size)
    : executor_(executor),
      scheduler_(scheduler),
      path_(std::move(path)),
      file_(std::move(file)),
      size_(size) {}

Task<Result<LocalFile>> LocalFile::open(BlockingExecutor& executor, Scheduler& scheduler, std::string path) {
  auto work = [path] { return open_file(path); };
  HANSE_CO_TRY(Opened opened, co_await run_blocking(executor, scheduler, std::move(work)));
  co_return LocalFile(executor, scheduler, path, std::move(opened.file), opened.size);
}

Task<Result<std::size_t>> LocalFile::read(std::span<std::byte> buffer) {
  // Into memory of its own: the buffer may be gone when the read returns.
  auto work = [file = file_, path = path_, most = buffer.size()] {
    return read_piece(file.get(), path, most);
  };
  HANSE_CO_TRY(const Piece piece, co_await run_blocking(executor_, scheduler_, std::move(work)));
  std::copy(piece.begin(), piece.end(), buffer.begin());
  co_return piece.size();
}

}  // namespace hanse::cli
