// hanse image import: uploads the files, then declares the image that is made of them.
#include <boost/json.hpp>
#include <utility>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/json_lookup.h"
#include "cli/local_file.h"
#include "cli/progress_line.h"
#include "cli/show.h"
#include "cli/text.h"
#include "model/metadata.h"

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

// All files are opened before the first is sent.
Task<Result<std::vector<Part>>> open_parts(Session session, ImageImportOptions options) {
  std::vector<Part> parts;
  HANSE_CO_TRY(LocalFile disk, co_await LocalFile::open(session.blocking, session.scheduler, options.file));
  parts.push_back({"disk", options.format, std::move(disk)});
  if (options.kernel.empty()) co_return parts;
  HANSE_CO_TRY(LocalFile kernel,
               co_await LocalFile::open(session.blocking, session.scheduler, options.kernel));
  parts.push_back({"kernel", "raw", std::move(kernel)});
  HANSE_CO_TRY(LocalFile initramfs,
               co_await LocalFile::open(session.blocking, session.scheduler, options.initramfs));
  parts.push_back({"initramfs", "raw", std::move(initramfs)});
  co_return parts;
}

}  // namespace

Task<Status> run_image_import(Session session, ImageImportOptions options) {
  HANSE_CO_TRY(const Kind* kind, find_kind("image"));
  HANSE_CO_CHECK(model::check_name(options.name, "/metadata/name"));
  HANSE_CO_TRY(const std::vector<Part> parts, co_await open_parts(session, options));
  json::Object spec;
  json::Array blobs;
  for (const Part& part : parts) {
    HANSE_CO_TRY(const json::Value stored, co_await upload_part(session, part));
    json::Object blob;
    blob["role"] = part.role;
    blob["digest"] = text_at(stored, "/digest");
    blob["size"] = whole_at(stored, "/size");
    blobs.push_back(std::move(blob));
    if (part.role == "disk") spec["virtualSizeMib"] = whole_at(stored, "/virtualSizeMib");
  }
  spec["architecture"] = options.architecture;
  spec["blobs"] = std::move(blobs);
  spec["commandLine"] = options.command_line;
  json::Object metadata;
  metadata["name"] = options.name;
  json::Object body;
  body["metadata"] = std::move(metadata);
  body["spec"] = std::move(spec);
  HANSE_CO_TRY(const ApiAnswer answer,
               co_await session.api.call("PUT", item_path(*kind, session.place, options.name), body));
  if (session.output != OutputFormat::table) {
    show_one(session, *kind, answer.body);
  } else {
    constexpr int kCreated = 201;
    session.terminal.print(
        fmt::format("image/{} {}\n", options.name, answer.status == kCreated ? "created" : "configured"));
  }
  co_return Status();
}

}  // namespace hanse::cli
