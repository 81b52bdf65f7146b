// The files of an image on their way to the zone: each is read, sent and shown, and becomes a blob there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/session.h"

namespace hanse::cli {

struct ImageFile {
  std::string role;  // of the blob
  std::string path;
  std::string format = "raw";
};

struct UploadedImage {
  json::Array blobs;                             // as a spec has them
  std::optional<std::int64_t> virtual_size_mib;  // of the disk, if one was sent
};

// All are opened before the first is sent. Errors: those of the files, with their paths, and of the zone.
Task<Result<UploadedImage>> upload_image(Session session, std::vector<ImageFile> files);

}  // namespace hanse::cli
