// Progress of long work on standard error: one line that is written over on a terminal, elsewhere a plain
// line whenever a milestone is reached.
//
// Lifecycle: the destructor clears the line. Thread: the loop.
#pragma once

#include <string>
#include <string_view>

#include "cli/terminal.h"

namespace hanse::cli {

class ProgressLine {
 public:
  explicit ProgressLine(Terminal& terminal) : terminal_(terminal) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Without a terminal `line` is printed when `milestone` is another than the last one.
  void show(std::string_view line, std::string milestone);
  void clear();

 private:
  Terminal& terminal_;
  std::string milestone_;
  bool shown_ = false;
};

}  // namespace hanse::cli
