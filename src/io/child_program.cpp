#include "io/child_program.h"

#include <cerrno>
#include <csignal>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace hanse::io {
namespace {

constexpr int kExitWhenNotStarted = 127;

[[noreturn]] void give_up(const ChildPlan& plan, ChildStep step) {
  const ChildFailure failure{step, errno};
  // When even this fails, the parent takes the silence for success and sees the exit status.
  (void)!::write(plan.report, &failure, sizeof(failure));
  ::_exit(kExitWhenNotStarted);
}

void require(bool good, const ChildPlan& plan, ChildStep step) {
  if (!good) give_up(plan, step);
}

// The parent blocked all signals around the fork, so that none of its handlers ran in here.
void reset_signals() {
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool limit(int resource, std::int64_t value) {
  if (value < 0) return true;
  const rlimit both{static_cast<rlim_t>(value), static_cast<rlim_t>(value)};
  return ::setrlimit(static_cast<decltype(RLIMIT_AS)>(resource), &both) == 0;
}

// The bare system calls: glibc's functions would speak to threads that are not there after a fork.
bool drop_privileges(const ChildPlan& plan) {
  return ::syscall(SYS_setgroups, plan.more_group_count, plan.more_groups) == 0 &&
         ::syscall(SYS_setresgid, plan.group, plan.group, plan.group) == 0 &&
         ::syscall(SYS_setresuid, plan.user, plan.user, plan.user) == 0 &&
         ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

// Standard input, output and error stay open in the new program, and nothing else.
bool place_descriptors(const ChildPlan& plan) {
  return ::dup2(plan.input, STDIN_FILENO) >= 0 && ::dup2(plan.output, STDOUT_FILENO) >= 0 &&
         ::dup2(plan.error_output, STDERR_FILENO) >= 0 &&
         ::syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

}  // namespace

void become_program(const ChildPlan& plan) {
  reset_signals();
  require((plan.outlives_parent ? ::setsid() : ::setpgid(0, 0)) >= 0, plan, ChildStep::session);
  require(limit(RLIMIT_AS, plan.address_space_limit) && limit(RLIMIT_CPU, plan.cpu_limit), plan,
          ChildStep::limits);
  require(place_descriptors(plan), plan, ChildStep::descriptors);
  if (plan.change_user) require(drop_privileges(plan), plan, ChildStep::user);
  if (plan.working_directory != nullptr)
    require(::chdir(plan.working_directory) == 0, plan, ChildStep::directory);
  if (!plan.outlives_parent) {
    // After the change of user, which would undo it.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    require(::getppid() == plan.parent, plan, ChildStep::parent_gone);
  }
  ::execve(plan.program, plan.arguments, environ);
  give_up(plan, ChildStep::exec);
}

}  // namespace hanse::io
