#include "io/spawn.h"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "io/child_program.h"
#include "io/owned_descriptor.h"
#include "io/system_error.h"

namespace hanse::io {
namespace {

// The path of the program; one with a slash is a path already.
Result<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* variable = std::getenv("PATH");
  std::string_view folders = variable != nullptr ? variable : "/usr/sbin:/usr/bin:/sbin:/bin";
  while (!name.empty() && !folders.empty()) {
    const std::size_t colon = folders.find(':');
    const std::string path = std::string(folders.substr(0, colon)) + "/" + name;
    if (::access(path.c_str(), X_OK) == 0) return path;
    folders = colon == std::string_view::npos ? std::string_view() : folders.substr(colon + 1);
  }
  return fail(Code::not_found, "program '{}' is not in PATH; install it", name);
}

std::string_view describe(ChildStep step) {
  switch (step) {
    case ChildStep::parent_gone:
      return "its parent ended";
    case ChildStep::session:
      return "no session of its own";
    case ChildStep::limits:
      return "its limits cannot be set";
    case ChildStep::user:
      return "it cannot change to its user";
    case ChildStep::directory:
      return "its working directory cannot be entered";
    case ChildStep::descriptors:
      return "its standard output cannot be set";
    case ChildStep::exec:
      return "it cannot be executed";
  }
  return "";
}

tl::unexpected<Error> not_started(const std::string& program, const ChildFailure& failure) {
  Code code = code_of_errno(failure.number);
  if (code != Code::not_found && code != Code::permission_denied) code = Code::unavailable;
  return fail(code, "program '{}' cannot be started, {}: {}", program, describe(failure.step),
              std::strerror(failure.number));
}

// Everything that a ChildPlan points to.
struct PreparedChild {
  std::string program;
  std::vector<char*> arguments;
  OwnedDescriptor input;
  OwnedDescriptor report_reader;
  OwnedDescriptor report_writer;
  ChildPlan plan;
};

Status open_descriptors(PreparedChild& child) {
  child.input = OwnedDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!child.input.valid()) return fail_errno("open", "/dev/null");
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("open a pipe to", child.program);
  child.report_reader = OwnedDescriptor(ends[0]);
  child.report_writer = OwnedDescriptor(ends[1]);
  return {};
}

Status prepare(const ProcessOptions& options, ChildKind kind, ChildOutput output, PreparedChild& child) {
  if (options.arguments.empty())
    return fail(Code::invalid_argument, "no program is named; give its arguments");
  HANSE_TRY(child.program, find_program(options.arguments.front()));
  // execve() takes them as char* for reasons of history and changes nothing.
  for (const std::string& argument : options.arguments)
    child.arguments.push_back(const_cast<char*>(argument.c_str()));
  child.arguments.push_back(nullptr);
  HANSE_CHECK(open_descriptors(child));
  child.plan = ChildPlan{
      .program = child.program.c_str(),
      .arguments = child.arguments.data(),
      .working_directory = options.working_directory.empty() ? nullptr : options.working_directory.c_str(),
      .input = child.input.number(),
      .output = output.output,
      .error_output = output.error_output,
      .report = child.report_writer.number(),
      .parent = ::getpid(),
      .outlives_parent = kind == ChildKind::daemon,
      .address_space_limit = options.address_space_limit ? options.address_space_limit->value : -1,
      .cpu_limit = options.cpu_limit ? options.cpu_limit->count() : -1,
  };
  if (options.as_user) {
    child.plan.change_user = true;
    child.plan.user = options.as_user->user;
    child.plan.group = options.as_user->group;
    child.plan.more_groups = options.as_user->more_groups.data();
    child.plan.more_group_count = options.as_user->more_groups.size();
  }
  return {};
}

pid_t fork_program(const ChildPlan& plan) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) become_program(plan);
  const int failure = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = failure;
  return pid;
}

}  // namespace

Result<pid_t> spawn_child(const ProcessOptions& options, ChildKind kind, ChildOutput output) {
  PreparedChild child;
  HANSE_CHECK(prepare(options, kind, output, child));
  const pid_t pid = fork_program(child.plan);
  if (pid < 0) return fail_errno("start program", child.program);
  child.report_writer.reset();
  ChildFailure failure;
  ssize_t count = 0;
  do {
    count = ::read(child.report_reader.number(), &failure, sizeof(failure));
  } while (count < 0 && errno == EINTR);
  if (count != sizeof(failure)) return pid;
  ::waitpid(pid, nullptr, 0);  // it ends right after its report
  return not_started(options.arguments.front(), failure);
}

}  // namespace hanse::io
