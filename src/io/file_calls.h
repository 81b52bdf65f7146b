// The system calls behind SystemFiles, blocking. Thread: any; never the loop. Failure: as runtime/files.h
// says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "runtime/files.h"

namespace hanse::io::file_calls {

Result<std::string> read(const std::string& path, Bytes limit);
Status write_atomically(const std::string& path, const std::string& content, std::uint32_t mode);
Status append(const std::string& path, const std::string& data, std::uint32_t mode);
Status sync(const std::string& path);
Result<std::string> read_at(const std::string& path, std::int64_t offset, std::size_t size,
                            std::string memory);
Status rename(const std::string& from, const std::string& to);
Status make_directories(const std::string& path, std::uint32_t mode);
Status remove_all(const std::string& path);
Result<std::vector<std::string>> list(const std::string& path);
Result<FileInfo> info(const std::string& path);
Result<SpaceInfo> space(const std::string& path);
Status change_owner(const std::string& path, std::uint32_t user, std::uint32_t group);

}  // namespace hanse::io::file_calls
