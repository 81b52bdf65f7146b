#include "cli/image_upload.h"

#include <boost/json.hpp>
#include <utility>

#include "cli/json_lookup.h"
#include "cli/local_file.h"
#include "cli/progress_line.h"
#include "cli/text.h"

namespace hanse::cli {
namespace {

struct Part {
  std::string role;
  std::string format;
  LocalFile file;
};

// What has been read of a file so far, and the line that says so.
struct Upload {
  Session session;
  LocalFile file;
  ProgressLine progress;
  MonotonicTime started;
  std::uint64_t sent = 0;
};

Task<Result<std::size_t>> read_and_show(Upload& upload, std::span<std::byte> buffer) {
  HANSE_CO_TRY(const std::size_t count, co_await upload.file.read(buffer));
  upload.sent += count;
  const std::uint64_t percent = upload.file.size() == 0 ? 100 : upload.sent * 100 / upload.file.size();
  const double seconds = std::chrono::duration<double>(upload.session.clock.now() - upload.started).count();
  std::string line = fmt::format("uploading {}: {} %, {} of {}", upload.file.path(), percent,
                                 bytes_text(static_cast<std::int64_t>(upload.sent)),
                                 bytes_text(static_cast<std::int64_t>(upload.file.size())));
  if (seconds > 0) {
    const double rate = static_cast<double>(upload.sent) / seconds;
    line += fmt::format(", {}/s", bytes_text(static_cast<std::int64_t>(rate)));
  }
  upload.progress.show(line, fmt::format("{}", percent / 10));
  co_return count;
}

Task<Result<json::Value>> upload_part(Session session, Part part) {
  Upload upload{session, part.file, ProgressLine(session.terminal), session.clock.now()};
  const std::string path =
      fmt::format("/providers/hanse.storage/v1/blobs?role={}&format={}", part.role, part.format);
  co_return co_await session.api.upload(path, part.file.size(), [&upload](std::span<std::byte> buffer) {
    return read_and_show(upload, buffer);
  });
}

}  // namespace

Task<Result<UploadedImage>> upload_image(Session session, std::vector<ImageFile> files) {
  std::vector<Part> parts;
  for (ImageFile& file : files) {
    HANSE_CO_TRY(LocalFile opened, co_await LocalFile::open(session.blocking, session.scheduler, file.path));
    parts.push_back({std::move(file.role), std::move(file.format), std::move(opened)});
  }
  UploadedImage image;
  for (const Part& part : parts) {
    HANSE_CO_TRY(const json::Value stored, co_await upload_part(session, part));
    image.blobs.push_back(json::Object{
        {"role", part.role}, {"digest", text_at(stored, "/digest")}, {"size", whole_at(stored, "/size")}});
    if (part.role == "disk") image.virtual_size_mib = whole_at(stored, "/virtualSizeMib");
  }
  co_return image;
}

}  // namespace hanse::cli
