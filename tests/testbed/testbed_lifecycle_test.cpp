// `up` and `down` with stand-in programs in real network namespaces: what is started, what is left after a
// failure, a killed emulator, a killed `up`.
#include <array>
#include <chrono>
#include <fstream>
#include <sys/stat.h>
#include <thread>

#include "io/real_runtime.h"
#include "testbed/built_in_topologies.h"
#include "testbed/process_table.h"
#include "testbed/remover.h"
#include "testbed/restarter.h"
#include "testbed/starter.h"
#include "testbed/status_report.h"
#include "testbed/wan_client.h"
#include "tests/testbed/namespace_fixture.h"

namespace hanse::testbed::test {
namespace {

class ReadyAtOnce final : public ZoneAccess {
 public:
  Task<Status> check_zone(ZonePlan) override { co_return Status(); }
  Task<Status> check_host(ZonePlan, HostPlan) override { co_return Status(); }
  Task<Result<std::string>> invite_host(ZonePlan, HostPlan) override { co_return "a token"; }
  Task<Status> introduce(ZonePlan inviting, ZonePlan joining) override {
    introduced.push_back(inviting.topology.name + " and " + joining.topology.name);
    co_return Status();
  }
  Task<Status> check_offers(ZonePlan, std::vector<ZonePlan>) override { co_return Status(); }
  std::vector<std::string> introduced;
};

class NeverReady final : public ZoneAccess {
 public:
  Task<Status> check_zone(ZonePlan) override { co_return fail(Code::unavailable, "it says nothing"); }
  Task<Status> check_host(ZonePlan, HostPlan) override { co_return Status(); }
  Task<Result<std::string>> invite_host(ZonePlan, HostPlan) override { co_return "a token"; }
  Task<Status> introduce(ZonePlan, ZonePlan) override { co_return Status(); }
  Task<Status> check_offers(ZonePlan, std::vector<ZonePlan>) override { co_return Status(); }
};

class Strangers final : public ZoneAccess {
 public:
  Task<Status> check_zone(ZonePlan) override { co_return Status(); }
  Task<Status> check_host(ZonePlan, HostPlan) override { co_return Status(); }
  Task<Result<std::string>> invite_host(ZonePlan, HostPlan) override { co_return "a token"; }
  Task<Status> introduce(ZonePlan, ZonePlan) override {
    co_return fail(Code::unauthenticated, "they do not like each other");
  }
  Task<Status> check_offers(ZonePlan, std::vector<ZonePlan>) override { co_return Status(); }
};

// A zone writes its CA; a host that enrols keeps its token, and one that has starts a "guest" that
// ignores SIGTERM and outlives it.
constexpr const char* kStandIns = R"(#!/bin/sh
role=$1; config=$3; folder=$(dirname "$config")
if [ "$role" = zone ]; then
  echo certificate > "$folder/zone/ca.pem"
elif [ "$role" = enrol ]; then
  exec cp "$5" "$config/identity"
elif [ ! -f "$folder/host/identity" ]; then
  echo not enrolled; exit 1
else
  (trap '' TERM; while true; do sleep 1; done) &
fi
while true; do sleep 0.1; done
)";

class Testbed {
 public:
  Testbed() {
    std::ofstream(programs_) << kStandIns;
    ::chmod(programs_.c_str(), 0755);
    Topology topology = three_zones();
    topology.network = "10.98.0.0/16";
    topology.zones.pop_back();
    plan_ = *make_plan("t" + std::to_string(::getpid()), folder_.path() + "/state", topology);
  }
  ~Testbed() { CHECK(remove().has_value()); }
  Testbed(const Testbed&) = delete;
  Testbed& operator=(const Testbed&) = delete;

  UpOptions options() const {
    // This test program is the WAN emulator when it is called so; see main.cpp.
    UpOptions options{.plan = plan_};
    options.programs = {.wan = {self(), "--wan"},
                        .zone = {programs_, "zone", "--config"},
                        .host = {programs_, "host", "--config"},
                        .enrol_host = {programs_, "enrol", "--data-dir"}};
    options.step_limit = Seconds{20};  // on a machine that is busy otherwise
    return options;
  }
  Status start(ZoneAccess& access, UpOptions options) {
    return real_.run_task(up(runtime(), access, std::move(options)));
  }
  Status start_again(ZoneAccess& access, std::string zone, std::string host) {
    StartOptions start_options{.state_folder = plan_.state_folder,
                               .programs = options().programs,
                               .zone = std::move(zone),
                               .host = std::move(host)};
    return real_.run_task(testbed::start_again(runtime(), access, std::move(start_options)));
  }
  Result<bool> remove() {
    return real_.run_task(down(runtime(), {.state_folder = plan_.state_folder, .grace = Seconds{1}}));
  }
  Result<StatusReport> status() { return real_.run_task(read_status(runtime(), plan_.state_folder)); }
  Status change(LinkChange change) {
    return real_.run_task(change_link(runtime(), wan_options(plan_).control_socket, std::move(change)));
  }

  Runtime& runtime() { return real_.runtime(); }
  const Plan& plan() const { return plan_; }
  std::string in_folder(const std::string& name) const { return folder_.path() + "/" + name; }

  // Of what a testbed makes, what there is.
  std::vector<std::string> leftovers() const {
    std::vector<std::string> found;
    for (const ZonePlan& zone : plan_.zones)
      if (namespace_inode(namespace_path(zone.network_namespace))) found.push_back(zone.network_namespace);
    for (const ProcessInfo& process : list_processes())
      if (process.command_line.find(folder_.path()) != std::string::npos)
        found.push_back(process.command_line);
    if (::access(plan_.state_folder.c_str(), F_OK) == 0) found.push_back(plan_.state_folder);
    if (::access(lock_path(plan_.state_folder).c_str(), F_OK) == 0) found.push_back("lock");
    if (shell("ip link show dev " + plan_.operator_device + " >/dev/null 2>&1") == 0)
      found.push_back("device");
    return found;
  }

 private:
  static std::string self() {
    std::array<char, 4096> path{};
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
    return {path.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }

  TemporaryFolder folder_;
  std::string programs_ = folder_.path() + "/programs";
  io::RealRuntime real_{{.log_level = LogLevel::error}};
  Plan plan_;
};

using Names = std::vector<std::string>;

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST_CASE("a testbed goes up, is shown, and goes down without a trace") {
  if (!is_root()) return;
  Testbed testbed;
  ReadyAtOnce access;
  const Status started = testbed.start(access, testbed.options());
  REQUIRE_MESSAGE(started.has_value(), started.error().message);
  const Result<StatusReport> status = testbed.status();
  REQUIRE(status.has_value());
  CHECK(status->phase == TestbedPhase::running);
  CHECK(status->wan.running);
  CHECK(status->zones.size() == 2);
  for (const ZoneReport& zone : status->zones) CHECK((zone.zone.running && zone.hosts.at(0).running));
  CHECK(status->links.size() == 2);
  CHECK(status->links[0].delay_ms == 10);
  CHECK(status_table(*status, {}).find("helsinki") != std::string::npos);
  CHECK(access.introduced == Names{"helsinki and warsaw"});
  CHECK(testbed.start(access, testbed.options()).error().code == Code::failed_precondition);
  CHECK(testbed.change({.pair = {"helsinki", "warsaw"}, .cut = true}).has_value());
  CHECK(testbed.status()->links[0].cut);
  CHECK(testbed.remove() == true);
  CHECK(testbed.leftovers() == Names{});
  CHECK(testbed.remove() == false);
}

TEST_CASE("a killed emulator is told, and down removes the rest") {
  if (!is_root()) return;
  Testbed testbed;
  ReadyAtOnce access;
  REQUIRE(testbed.start(access, testbed.options()).has_value());
  const std::int64_t pid = testbed.status()->wan.pid;
  ::kill(static_cast<pid_t>(pid), SIGKILL);
  while (testbed.runtime().processes.identify(pid).has_value()) std::this_thread::sleep_for(Millis{10});
  CHECK_FALSE(testbed.status()->wan.running);
  CHECK(testbed.remove() == true);
  CHECK(testbed.leftovers() == Names{});
}

TEST_CASE("down removes what is left when all has been killed, and the groups of guests that it had") {
  if (!is_root()) return;
  Testbed testbed;
  ReadyAtOnce access;
  REQUIRE(testbed.start(access, testbed.options()).has_value());
  const StatusReport status = testbed.status().value();
  std::vector<std::int64_t> pids{status.wan.pid};
  for (const ZoneReport& zone : status.zones) {
    pids.push_back(zone.zone.pid);
    pids.push_back(zone.hosts.at(0).pid);
  }
  for (const std::int64_t pid : pids) ::kill(static_cast<pid_t>(pid), SIGKILL);
  for (const std::int64_t pid : pids)
    while (testbed.runtime().processes.identify(pid).has_value()) std::this_thread::sleep_for(Millis{10});
  // As a host writes it down for a guest that it cannot clean up after any more.
  const std::string uid = "t" + std::to_string(::getpid());
  const std::string group = "/sys/fs/cgroup/cpu/hanse-" + uid;
  const std::string folder = testbed.plan().zones.at(0).hosts.at(0).data_folder + "/instances/" + uid;
  REQUIRE(shell("mkdir -p " + folder) == 0);
  const bool has_groups = ::mkdir(group.c_str(), 0755) == 0;
  std::ofstream(folder + "/control_groups") << group << "\n/sys/fs/cgroup/cpu/other\n";
  CHECK(testbed.remove() == true);
  CHECK(testbed.leftovers() == Names{});
  CHECK_MESSAGE(::access(group.c_str(), F_OK) != 0, (has_groups ? "a group" : "no control groups here"));
}

TEST_CASE("a down that was killed is gone on with") {
  if (!is_root()) return;
  Testbed testbed;
  ReadyAtOnce access;
  REQUIRE(testbed.start(access, testbed.options()).has_value());
  const std::int64_t zone = testbed.status()->zones.at(0).zone.pid;
  ForkedProcess ending([&] {
    io::RealRuntime own({.log_level = LogLevel::error});
    return own.run_task(down(own.runtime(), {.state_folder = testbed.plan().state_folder})).has_value() ? 0
                                                                                                        : 1;
  });
  while (testbed.runtime().processes.identify(zone).has_value()) std::this_thread::sleep_for(Millis{1});
  ending.end(SIGKILL);
  CHECK(testbed.remove().has_value());
  CHECK(testbed.leftovers() == Names{});
}

TEST_CASE("a zone or a host that has ended is started again, in the same record") {
  if (!is_root()) return;
  Testbed testbed;
  ReadyAtOnce access;
  REQUIRE(testbed.start(access, testbed.options()).has_value());
  CHECK(testbed.start_again(access, "helsinki", "").error().code == Code::failed_precondition);
  CHECK(testbed.start_again(access, "atlantis", "").error().code == Code::not_found);
  CHECK(testbed.start_again(access, "helsinki", "warsaw-1").error().code == Code::not_found);
  for (const std::string host : {"", "helsinki-1"}) {
    const auto report = [&] {
      const ZoneReport zone = testbed.status()->zones.at(0);
      return host.empty() ? zone.zone : zone.hosts.at(0);
    };
    const std::int64_t pid = report().pid;
    ::kill(static_cast<pid_t>(pid), SIGKILL);
    while (testbed.runtime().processes.identify(pid).has_value()) std::this_thread::sleep_for(Millis{10});
    CHECK_FALSE(report().running);
    const Status started = testbed.start_again(access, "helsinki", host);
    CHECK_MESSAGE(started.has_value(), started.error().message);
    CHECK(report().running);
    CHECK(report().pid != pid);
  }
  CHECK(testbed.remove() == true);
  CHECK(testbed.leftovers() == Names{});
}

TEST_CASE("what a failed up has made is removed") {
  if (!is_root()) return;
  Testbed testbed;
  NeverReady access;
  UpOptions options = testbed.options();
  options.step_limit = Millis{500};
  const Status started = testbed.start(access, std::move(options));
  REQUIRE_FALSE(started.has_value());
  CHECK(started.error().code == Code::deadline_exceeded);
  CHECK(started.error().message.find("zone 'helsinki' did not get to work in time: it says nothing") !=
        std::string::npos);
  CHECK(testbed.leftovers() == Names{});
}

TEST_CASE("zones that do not become peers are named, and removed") {
  if (!is_root()) return;
  Testbed testbed;
  Strangers access;
  const Status started = testbed.start(access, testbed.options());
  REQUIRE_FALSE(started.has_value());
  CHECK(started.error().code == Code::unauthenticated);
  CHECK(started.error().message ==
        "zones 'helsinki' and 'warsaw' cannot be introduced: they do not like each other");
  CHECK(testbed.leftovers() == Names{});
}

TEST_CASE("a program that ends at its start is named with its log") {
  if (!is_root()) return;
  Testbed testbed;
  ReadyAtOnce access;
  UpOptions options = testbed.options();
  options.programs.zone = {"sh", "-c", "echo no such luck; exit 1"};
  const Status started = testbed.start(access, std::move(options));
  REQUIRE_FALSE(started.has_value());
  CHECK_MESSAGE(started.error().message.find("no such luck") != std::string::npos, started.error().message);
  CHECK(testbed.leftovers() == Names{});
}

TEST_CASE("down removes what an up has made that was killed at any step") {
  if (!is_root()) return;
  // Each round lets `up` live until it has made one thing more.
  for (const char* reached : {"testbed.json", "contexts.yaml", "wan/control", "helsinki/zone/ca.pem",
                              "warsaw/zone/ca.pem", "warsaw/warsaw-1/host.log"}) {
    Testbed testbed;
    ForkedProcess starting([&] {
      io::RealRuntime own({.log_level = LogLevel::error});
      ReadyAtOnce access;
      return own.run_task(up(own.runtime(), access, testbed.options())).has_value() ? 0 : 1;
    });
    const std::string path = testbed.plan().state_folder + "/" + reached;
    for (int i = 0; i < 2000 && ::access(path.c_str(), F_OK) != 0; ++i)
      std::this_thread::sleep_for(Millis{5});
    CHECK_MESSAGE(::access(path.c_str(), F_OK) == 0, reached);
    starting.end(SIGKILL);
    const Result<bool> removed = testbed.remove();
    CHECK_MESSAGE(removed == true, (removed ? reached : removed.error().message));
    CHECK_MESSAGE(testbed.leftovers() == Names{}, reached);
  }
}

TEST_CASE("down leaves a folder alone that is none of a testbed") {
  if (!is_root()) return;
  Testbed testbed;
  ::mkdir(testbed.in_folder("mine").c_str(), 0755);
  std::ofstream(testbed.in_folder("mine/letter")) << "text";
  io::RealRuntime real;
  CHECK(real.run_task(down(real.runtime(), {.state_folder = testbed.in_folder("mine")})).error().code ==
        Code::failed_precondition);
  CHECK(contents(testbed.in_folder("mine/letter")) == "text");
}

}  // namespace
}  // namespace hanse::testbed::test
