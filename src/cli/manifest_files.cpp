#include "cli/manifest_files.h"

#include <boost/json.hpp>
#include <iterator>
#include <utility>

namespace hanse::cli {
namespace {

constexpr Bytes kFileLimit{static_cast<std::int64_t>(kMaxFile)};

Task<Result<std::vector<std::string>>> files_of(Session session, std::string path) {
  std::vector<std::string> files;
  HANSE_CO_TRY(const FileInfo info, co_await session.files.info(path));
  if (!info.is_directory) {
    files.push_back(path);
    co_return files;
  }
  HANSE_CO_TRY(const std::vector<std::string> names, co_await session.files.list(path));
  for (const std::string& name : names) {
    if (name.ends_with(".yaml") || name.ends_with(".yml"))
      files.push_back(path + (path.ends_with('/') ? "" : "/") + name);
  }
  if (files.empty()) {
    co_return fail(Code::not_found, "folder '{}' holds no manifest; their names end with .yaml or .yml",
                   path);
  }
  co_return files;
}

Task<Result<std::string>> read_file(Session session, std::string file) {
  Result<std::string> text = file == "-" ? co_await session.terminal.read_input(kFileLimit)
                                         : co_await session.files.read(file, kFileLimit);
  if (!text && text.error().code == Code::resource_exhausted) {
    co_return fail(Code::invalid_argument, "{}: larger than {} KiB; split it into several files", file,
                   kMaxFile / 1024);
  }
  co_return text;
}

}  // namespace

Task<Result<std::vector<ManifestDocument>>> read_manifest_files(Session session,
                                                                std::vector<std::string> paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    if (path == "-") {
      files.push_back(path);
      continue;
    }
    HANSE_CO_TRY(std::vector<std::string> found, co_await files_of(session, path));
    files.insert(files.end(), found.begin(), found.end());
  }
  if (files.size() > kMaxManifestFiles) {
    co_return fail(Code::invalid_argument, "{} manifests at once are too many; the limit is {}", files.size(),
                   kMaxManifestFiles);
  }
  std::vector<ManifestDocument> documents;
  for (const std::string& file : files) {
    HANSE_CO_TRY(const std::string text, co_await read_file(session, file));
    HANSE_CO_TRY(std::vector<ManifestDocument> read,
                 read_manifest(file == "-" ? "<standard input>" : file, text, session.place));
    documents.insert(documents.end(), std::make_move_iterator(read.begin()),
                     std::make_move_iterator(read.end()));
  }
  co_return order_documents(std::move(documents));
}

}  // namespace hanse::cli
