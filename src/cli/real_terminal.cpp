#include "cli/real_terminal.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <poll.h>
#include <termios.h>
#include <unistd.h>
#include <utility>

namespace hanse::cli {
namespace {

constexpr std::size_t kPiece = 64 * 1024;
// How long a read may hold up the end of the program: nobody can interrupt it.
constexpr int kPollMilliseconds = 100;

tl::unexpected<Error> input_failure(int number) {
  return fail(Code::unavailable, "cannot read standard input: {}", std::strerror(number));
}

// Up to `most` bytes; empty at the end of the input, nothing when there was none in time.
Result<std::optional<std::string>> read_soon(std::size_t most) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  const int ready = poll(&input, 1, kPollMilliseconds);
  if (ready == 0 || (ready < 0 && errno == EINTR)) return std::optional<std::string>();
  if (ready < 0) return input_failure(errno);
  std::string text(most, '\0');
  const ssize_t count = read(STDIN_FILENO, text.data(), text.size());
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return std::optional<std::string>();
  if (count < 0) return input_failure(errno);
  text.resize(static_cast<std::size_t>(count));
  return std::optional<std::string>(std::move(text));
}

class RealTerminal final : public Terminal {
 public:
  RealTerminal(BlockingExecutor& executor, Scheduler& scheduler)
      : executor_(executor), scheduler_(scheduler) {}
  ~RealTerminal() override { (void)set_raw(false); }

  void print(std::string_view text) override { print_to_standard_output(text); }
  void print_error(std::string_view text) override { print_to_standard_error(text); }
  bool shows_progress() const override { return isatty(STDERR_FILENO) == 1; }
  bool is_interactive() const override { return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1; }

  Task<Result<std::string>> read_input(Bytes limit) override {
    std::string text;
    while (true) {
      HANSE_CO_TRY(const std::string piece, co_await read_keys());
      if (piece.empty()) co_return text;
      text += piece;
      if (static_cast<std::int64_t>(text.size()) > limit.value) {
        co_return fail(Code::resource_exhausted, "standard input is larger than {} KiB", limit.value / 1024);
      }
    }
  }

  Status set_raw(bool raw) override {
    if (raw == is_raw_) return {};
    if (!raw) {
      is_raw_ = false;
      (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &saved_);
      return {};
    }
    termios mode{};
    if (tcgetattr(STDIN_FILENO, &mode) != 0) {
      return fail(Code::failed_precondition, "standard input is no terminal: {}", std::strerror(errno));
    }
    saved_ = mode;
    cfmakeraw(&mode);
    is_raw_ = tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) == 0;
    if (is_raw_) return {};
    return fail(Code::unavailable, "cannot change the terminal's mode: {}", std::strerror(errno));
  }

  Task<Result<std::string>> read_keys() override {
    while (true) {
      auto work = [] { return read_soon(kPiece); };
      HANSE_CO_TRY(std::optional<std::string> text,
                   co_await run_blocking(executor_, scheduler_, std::move(work)));
      if (text) co_return std::move(*text);
    }
  }

 private:
  BlockingExecutor& executor_;
  Scheduler& scheduler_;
  termios saved_{};  // while raw: the mode before
  bool is_raw_ = false;
};

// When the reader has left (a pager, head), this program ends as any in a pipe does.
void print_to(std::FILE* stream, std::string_view text) {
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stream) == text.size() && std::fflush(stream) == 0;
  if (written || errno != EPIPE) return;
  std::signal(SIGPIPE, SIG_DFL);
  std::raise(SIGPIPE);
}

}  // namespace

std::unique_ptr<Terminal> make_real_terminal(BlockingExecutor& executor, Scheduler& scheduler) {
  return std::make_unique<RealTerminal>(executor, scheduler);
}

void print_to_standard_error(std::string_view text) {
  print_to(stderr, text);
}

void print_to_standard_output(std::string_view text) {
  print_to(stdout, text);
}

}  // namespace hanse::cli
