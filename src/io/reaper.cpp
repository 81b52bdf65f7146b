#include "io/reaper.h"

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/wait.h>
#include <utility>

#include "io/descriptor.h"
#include "io/pidfd.h"
#include "runtime/sleep.h"

namespace hanse::io {
namespace {

// How often to look when no pidfd can be had (too many open files).
constexpr Millis kPollInterval{100};
// What a killed child may take to end when this process ends too.
constexpr int kLastWaitMillis = 1000;

int exit_status_of(int status) {
  constexpr int kSignalBase = 128;
  return WIFSIGNALED(status) ? kSignalBase + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Reaper::~Reaper() {
  scope_.cancel();
  for (const pid_t child : killed_) {
    const OwnedDescriptor handle = open_pidfd(child);
    pollfd poll{handle.number(), POLLIN, 0};
    if (handle.valid()) ::poll(&poll, 1, kLastWaitMillis);
    ::waitpid(child, nullptr, WNOHANG);
  }
}

Future<int> Reaper::watch(pid_t child) {
  auto [promise, future] = make_promise<int>(scheduler_);
  unreaped_.insert(child);
  // At the scope's bound it stays a zombie until we end, which harms less than not starting it.
  (void)scope_.spawn(reap(child, promise));
  return std::move(future);
}

void Reaper::kill_group(pid_t child) {
  if (!unreaped_.contains(child)) return;
  ::kill(-child, SIGKILL);
  killed_.insert(child);
}

Task<void> Reaper::reap(pid_t child, Promise<int> exited) {
  Descriptor handle(loop_, scheduler_, open_pidfd(child).release());
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (handle.number() >= 0) {
      co_await handle.readable();
    } else {
      co_await sleep_for(scheduler_, kPollInterval);
    }
  }
  unreaped_.erase(child);
  killed_.erase(child);
  exited.set(exit_status_of(status));
}

}  // namespace hanse::io
