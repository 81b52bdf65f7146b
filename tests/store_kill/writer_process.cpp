#include "tests/store_kill/writer_process.h"

#include <array>
#include <csignal>
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hanse::store_kill {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kOpenTimeout{60};

}  // namespace

WriterProcess::WriterProcess(const std::string& store_path) {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  pid_ = fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execl(HANSE_STORE_KILL_WRITER, HANSE_STORE_KILL_WRITER, store_path.c_str(), nullptr);
    _exit(127);
  }
  close(ends[1]);
  pipe_ = ends[0];
}

WriterProcess::~WriterProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (pipe_ >= 0) close(pipe_);
}

// False at the end of the pipe.
bool WriterProcess::read_some(std::chrono::microseconds wait) {
  pollfd readable{pipe_, POLLIN, 0};
  const timespec limit{wait.count() / 1'000'000, wait.count() % 1'000'000 * 1000};
  if (ppoll(&readable, 1, &limit, nullptr) <= 0) return true;
  std::array<char, 4096> buffer{};
  const ssize_t got = read(pipe_, buffer.data(), buffer.size());
  if (got > 0) output_.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

void WriterProcess::read_for(std::chrono::microseconds duration) {
  const auto end = Clock::now() + duration;
  for (auto now = Clock::now(); now < end; now = Clock::now())
    REQUIRE(read_some(std::chrono::duration_cast<std::chrono::microseconds>(end - now)));
}

void WriterProcess::read_until_open() {
  const auto end = Clock::now() + kOpenTimeout;
  while (output_.find('\n') == std::string::npos) {
    REQUIRE(Clock::now() < end);
    REQUIRE(read_some(kOpenTimeout));
  }
}

void WriterProcess::kill() {
  REQUIRE(::kill(pid_, SIGKILL) == 0);
  while (read_some(kOpenTimeout)) {
  }
  int status = 0;
  REQUIRE(waitpid(pid_, &status, 0) == pid_);
  pid_ = -1;
  REQUIRE(WIFSIGNALED(status));
}

}  // namespace hanse::store_kill
