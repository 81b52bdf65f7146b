// ImportTools: runs the tools that read what somebody has sent, as an unprivileged user with limits.
//
// Lifecycle: one for each use; its copies are the same. Thread: the loop. Failure: data_loss with the first
// line of what the tool said, resource_exhausted, those of Processes.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/units.h"
#include "runtime/processes.h"
#include "runtime/runtime.h"

namespace hanse::zone {

struct ToolOptions {
  Bytes output_limit{1 << 20};
  int also_fine = 0;                // an exit status that is a success too
  std::string fakeroot_state = {};  // a file; the tool takes itself for root, and what it owns is kept there
};

class ImportTools {
 public:
  // `user` is whom the tools run as; nothing: this process's own.
  ImportTools(Runtime& runtime, std::optional<ProcessUser> user)
      : runtime_(&runtime), user_(std::move(user)) {}

  // What the tool has written. Errors: resource_exhausted when that is as much as the limit.
  Task<Result<std::string>> run(std::vector<std::string> arguments, ToolOptions options = {}) const;
  // Errors: invalid_argument when it is a link, which would be followed, or anything else but a file.
  Task<Status> require_file(std::string path) const;

 private:
  Runtime* runtime_;
  std::optional<ProcessUser> user_;
};

}  // namespace hanse::zone
