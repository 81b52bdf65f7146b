// LockFile: one command at a time changes a testbed. Held until destroyed or until the process ends, however
// it ends; nothing has to be cleaned up after a crash.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"
#include "testbed/owned_descriptor.h"

namespace hanse::testbed {

class LockFile {
 public:
  // Errors: failed_precondition when another process holds it, unavailable when the file cannot be made.
  static Result<LockFile> acquire(std::string path);
  LockFile(LockFile&&) noexcept = default;
  LockFile& operator=(LockFile&&) = delete;
  ~LockFile();

 private:
  LockFile(OwnedDescriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}
  OwnedDescriptor descriptor_;
  std::string path_;
};

}  // namespace hanse::testbed
