#include "testbed/process_table.h"

#include <doctest/doctest.h>
#include <unistd.h>

namespace hanse::testbed {
namespace {

ProcessInfo process(std::int64_t pid, std::int64_t parent = 1) {
  return {.id = {pid, static_cast<std::uint64_t>(pid) * 10}, .parent = parent, .network_namespace = 1};
}

std::vector<std::int64_t> owned(const std::vector<ProcessInfo>& processes, const Belongings& belongings) {
  std::vector<std::int64_t> pids;
  for (const ProcessInfo& found : find_belonging(processes, belongings)) pids.push_back(found.id.pid);
  return pids;
}

TEST_CASE("a recorded process belongs unless its pid was given to another") {
  CHECK(owned({process(100), process(200)}, {.recorded = {{100, 1000}, {200, 7}}}) ==
        std::vector<std::int64_t>{100});
}

TEST_CASE("whatever runs in one of the namespaces belongs, and what descends from it") {
  ProcessInfo inside = process(300);
  inside.network_namespace = 42;
  CHECK(owned({process(500, 400), process(400, 300), inside, process(600)}, {.network_namespaces = {42}}) ==
        std::vector<std::int64_t>{500, 400, 300});
  CHECK(owned({process(100)}, {}).empty());
}

TEST_CASE("the emulator is known by its folder and its options, a guest by its pid file and its files") {
  ProcessInfo emulator = process(100);
  emulator.folder = "/state/wan";
  emulator.command_line = "hanse testbed wan --config /state/wan/options.json";
  ProcessInfo shell = process(200);  // a person who looks around
  shell.folder = "/state/wan";
  shell.command_line = "bash";
  ProcessInfo guest = process(300);
  guest.command_line = "qemu-system-x86_64 -drive file=/state/a/a-1/host/instances/i/disk";
  ProcessInfo reader = process(400);  // of a file
  reader.command_line = "tail -f /state/a/zone.log";
  const Belongings belongings{.guests = {300, 500}, .state_folder = "/state", .wan_folder = "/state/wan"};
  CHECK(owned({emulator, shell, guest, reader, process(500)}, belongings) ==
        std::vector<std::int64_t>{100, 300});
}

TEST_CASE("a process is found with those it descends from") {
  CHECK(with_ancestors({process(3, 2), process(2, 1), process(9, 1)}, 3) == std::set<std::int64_t>{1, 2, 3});
}

TEST_CASE("this very process is in the list") {
  bool found = false;
  for (const ProcessInfo& listed : list_processes())
    if (listed.id.pid == ::getpid()) found = listed.parent == ::getppid() && listed.network_namespace != 0;
  CHECK(found);
}

}  // namespace
}  // namespace hanse::testbed
