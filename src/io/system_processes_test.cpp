#include "io/system_processes.h"

#include <csignal>
#include <doctest/doctest.h>
#include <filesystem>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "io/real_runtime.h"
#include "io/test_support.h"
#include "runtime/sleep.h"

namespace hanse::io {
namespace {

constexpr std::uint32_t kNobody = 65534;

struct SystemProcessesFixture {
  test::TemporaryFolder folder;
  RealRuntime real;
  Processes& processes = real.runtime().processes;

  Result<ProcessResult> run(ProcessOptions options) {
    return real.run_task(processes.run(std::move(options)));
  }
  Result<ProcessResult> shell(std::string script) {
    return run(ProcessOptions{.arguments = {"sh", "-c", std::move(script)}});
  }
};

Task<Status> until_gone(Runtime& runtime, ProcessId process) {
  while (runtime.processes.alive(process)) co_await sleep_for(runtime.scheduler, Millis{1});
  co_return Status();
}

// Until `path` has content; then it is a process id.
Task<Result<ProcessId>> identity_from(Runtime& runtime, std::string path) {
  for (;;) {
    const auto text = co_await runtime.files.read(path, kSmallFileLimit);
    if (text && text->ends_with('\n')) co_return runtime.processes.identify(std::stol(*text));
    co_await sleep_for(runtime.scheduler, Millis{1});
  }
}

Task<void> ignore_result(Task<Result<ProcessResult>> work) {
  (void)co_await std::move(work);
}

TEST_CASE_FIXTURE(SystemProcessesFixture, "output, errors and exit status are told") {
  const auto result = shell("echo out; echo err >&2; exit 3").value();
  CHECK(result.output == "out\n");
  CHECK(result.error_output == "err\n");
  CHECK(result.exit_status == 3);
  CHECK(shell("kill -9 $$")->exit_status == 128 + SIGKILL);
}

TEST_CASE_FIXTURE(SystemProcessesFixture,
                  "output beyond the limit is dropped and does not hang the program") {
  const auto result =
      run(ProcessOptions{.arguments = {"sh", "-c", "head -c 1000000 /dev/zero"}, .output_limit = Bytes{100}});
  CHECK(result->output.size() == 100);
  CHECK(result->exit_status == 0);
}

TEST_CASE_FIXTURE(SystemProcessesFixture, "a process that a program left behind does not hold up its end") {
  const auto result = shell("sleep 1000 & echo $!").value();
  ::kill(static_cast<pid_t>(std::stol(result.output)), SIGKILL);
  CHECK(result.exit_status == 0);
}

TEST_CASE_FIXTURE(SystemProcessesFixture, "a program that is not there is named, and so is a folder") {
  CHECK(run(ProcessOptions{.arguments = {"no-such-program"}}).error() ==
        Error{Code::not_found, "program 'no-such-program' is not in PATH; install it"});
  CHECK(
      run(ProcessOptions{.arguments = {"/no/such/program"}}).error() ==
      Error{
          Code::not_found,
          "program '/no/such/program' cannot be started, it cannot be executed: No such file or directory"});
  CHECK(
      run(ProcessOptions{.arguments = {"true"}, .working_directory = "/no/such"}).error().message ==
      "program 'true' cannot be started, its working directory cannot be entered: No such file or directory");
  CHECK(run(ProcessOptions{}).error().code == Code::invalid_argument);
}

TEST_CASE_FIXTURE(SystemProcessesFixture, "at the time limit the whole process group is killed") {
  const std::string path = folder.path("pid");
  const auto result = run(ProcessOptions{
      .arguments = {"sh", "-c", "sleep 1000 & echo $! > " + path + "; wait"}, .time_limit = Seconds{2}});
  CHECK(result.error() == Error{Code::deadline_exceeded, "program 'sh' took longer than 2000 ms"});
  const auto sleeper =
      processes.identify(std::stol(real.run_task(real.runtime().files.read(path, kSmallFileLimit)).value()));
  if (sleeper) CHECK(real.run_task(until_gone(real.runtime(), *sleeper)));
}

TEST_CASE_FIXTURE(SystemProcessesFixture,
                  "destroying the task kills the program, and nothing stays a zombie") {
  const std::string path = folder.path("pid");
  auto task =
      processes.run(ProcessOptions{.arguments = {"sh", "-c", "echo $$ > " + path + "; exec sleep 1000"}});
  ProcessId process;
  {
    Scope scope;
    REQUIRE(scope.spawn(ignore_result(std::move(task))));
    process = real.run_task(identity_from(real.runtime(), path)).value();
    CHECK(processes.alive(process));
  }
  CHECK(real.run_task(until_gone(real.runtime(), process)));
  CHECK(shell("true")->exit_status == 0);
}

TEST_CASE_FIXTURE(SystemProcessesFixture,
                  "a child has no descriptors but its standard ones, and its own limits and folder") {
  const int inherited = ::dup(STDERR_FILENO);  // without close-on-exec
  // By the shell alone: a pipe or a redirection would be a descriptor, too. The folder's own is closed by the
  // time it is looked at.
  const auto result = run(ProcessOptions{
      .arguments = {"sh", "-c",
                    "for fd in /proc/$$/fd/*; do [ -e $fd ] && printf '%s ' ${fd##*/}; done; pwd; "
                    "ulimit -v; ulimit -t"},
      .working_directory = "/usr",
      .address_space_limit = Bytes{1 << 30},
      .cpu_limit = Seconds{7}});
  ::close(inherited);
  CHECK(result->output == "0 1 2 /usr\n1048576\n7\n");
}

TEST_CASE_FIXTURE(SystemProcessesFixture, "a program runs as another user, for good") {
  if (::geteuid() != 0) return;  // only root can change
  const auto result = run(ProcessOptions{
      .arguments = {"sh", "-c", "id -u; id -g; id -G; grep NoNewPrivs /proc/self/status | tr -d '\\t'"},
      .as_user = ProcessUser{.user = kNobody, .group = kNobody, .more_groups = {7}}});
  CHECK(result->output == "65534\n65534\n65534 7\nNoNewPrivs:1\n");
}

TEST_CASE_FIXTURE(SystemProcessesFixture, "output may go to a file, which is appended to") {
  const std::string path = folder.path("log");
  ProcessOptions options{.arguments = {"sh", "-c", "echo out; echo err >&2"}, .output_path = path};
  REQUIRE(run(options)->output.empty());
  REQUIRE(run(options));
  CHECK(real.run_task(real.runtime().files.read(path, kSmallFileLimit)) == "out\nerr\nout\nerr\n");
}

TEST_CASE("a daemon outlives the runtime that started it and is found again by its identity") {
  test::TemporaryFolder folder;
  ProcessId daemon;
  {
    RealRuntime first;
    daemon =
        first.run_task(first.runtime().processes.start_daemon(ProcessOptions{.arguments = {"sleep", "1000"}}))
            .value();
    CHECK(::getsid(static_cast<pid_t>(daemon.pid)) == daemon.pid);
  }
  RealRuntime second;
  Processes& processes = second.runtime().processes;
  CHECK(processes.alive(daemon));
  CHECK(processes.identify(daemon.pid) == daemon);
  const ProcessId impostor{.pid = daemon.pid, .start_time = daemon.start_time + 1};
  CHECK_FALSE(processes.alive(impostor));
  processes.signal(impostor, SIGKILL);
  CHECK(processes.alive(daemon));
  processes.signal(daemon, SIGTERM);
  CHECK(second.run_task(until_gone(second.runtime(), daemon)));
  CHECK(processes.identify(daemon.pid).error().code == Code::not_found);  // though still a zombie of ours
  ::waitpid(static_cast<pid_t>(daemon.pid), nullptr, 0);
}

TEST_CASE_FIXTURE(SystemProcessesFixture, "a daemon that ends while we live is waited for") {
  const auto daemon =
      real.run_task(processes.start_daemon(ProcessOptions{.arguments = {"sleep", "1000"}})).value();
  processes.signal(daemon, SIGKILL);
  CHECK(real.run_task(until_gone(real.runtime(), daemon)));
  while (shell("true") && std::filesystem::exists("/proc/" + std::to_string(daemon.pid))) {
  }
  CHECK_FALSE(std::filesystem::exists("/proc/" + std::to_string(daemon.pid)));
}

}  // namespace
}  // namespace hanse::io
