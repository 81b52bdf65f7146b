// Makes the names in a folder durable. Thread: any; blocking.
#pragma once

#include <string>

#include "base/result.h"

namespace hanse::io {

// "/a/b" -> "/a", "/a" -> "/", "a" -> ".".
std::string folder_of(const std::string& path);

// Syncs the folder that `path` is in.
Status sync_folder_of(const std::string& path);

}  // namespace hanse::io
