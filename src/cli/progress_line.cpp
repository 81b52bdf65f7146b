#include "cli/progress_line.h"

#include <fmt/format.h>
#include <utility>

#include "cli/text.h"

namespace hanse::cli {

constexpr std::string_view kClearLine = "\r\x1b[K";

void ProgressLine::show(std::string_view line, std::string milestone) {
  if (terminal_.shows_progress()) {
    terminal_.print_error(fmt::format("{}{}", kClearLine, printable(line)));
    shown_ = true;
  } else if (milestone != milestone_) {
    terminal_.print_error(printable(line) + "\n");
  }
  milestone_ = std::move(milestone);
}

void ProgressLine::clear() {
  if (std::exchange(shown_, false)) terminal_.print_error(kClearLine);
}

}  // namespace hanse::cli
