// A folder with files to import, and what imports them, with the real tools.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/real_runtime.h"
#include "zone/images/disk_import.h"

namespace hanse::zone::test_support {

class ImportWorld {
 public:
  ImportWorld();
  ~ImportWorld();
  ImportWorld(const ImportWorld&) = delete;
  ImportWorld& operator=(const ImportWorld&) = delete;

  std::string made(const std::string& name) const { return folder_ + "/" + name; }
  // What the tool has written; it has to succeed.
  std::string tool(std::vector<std::string> arguments);
  // As root it runs as an unprivileged user.
  Result<ImportedDisk> import(const std::string& file, const std::string& format);

 private:
  std::string work() const { return folder_ + "/work"; }

  io::RealRuntime real_;
  std::string folder_;
};

void check_refused(const Result<ImportedDisk>& imported, Code code, const std::string& words);

}  // namespace hanse::zone::test_support
