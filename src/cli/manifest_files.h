// Reads the manifests that -f names: files, folders (their *.yaml and *.yml, by name) and "-" for standard
// input.
#pragma once

#include <string>
#include <vector>

#include "cli/manifest.h"
#include "cli/session.h"

namespace hanse::cli {

// All documents, checked and in the order in which they can be created. Errors: that of the first fault in
// any of them; nothing may be sent then.
Task<Result<std::vector<ManifestDocument>>> read_manifest_files(Session session,
                                                                std::vector<std::string> paths);

inline constexpr std::size_t kMaxManifestFiles = 1'000;

}  // namespace hanse::cli
