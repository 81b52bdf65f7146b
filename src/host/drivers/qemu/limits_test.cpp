#include "host/drivers/qemu/limits.h"

#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>

namespace hanse::host::qemu {
namespace {

// A folder that looks like the root of control groups, of either version.
struct Groups {
  std::filesystem::path folder;
  std::string list;

  Groups() {
    char name[] = "/tmp/hanse-limits-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    folder = name;
    list = folder / "control_groups";
  }
  ~Groups() { std::filesystem::remove_all(folder); }
  Groups(const Groups&) = delete;
  Groups& operator=(const Groups&) = delete;

  int run(const std::string& script) const {
    std::ofstream(folder / "script") << script;
    return std::system(("sh -e " + (folder / "script").string()).c_str());
  }
  std::vector<std::string> listed() const {
    std::ifstream file(list);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
};

model::MachineSpec machine() {
  return {.uid = "0123abcd", .vcpu = {2}, .memory_mib = {512}};
}

std::string first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

TEST_CASE("the groups of a machine are written down, and removed by that list") {
  for (const bool unified : {false, true}) {
    const Groups groups;
    if (unified) std::ofstream(groups.folder / "cgroup.controllers") << "cpu memory\n";
    REQUIRE(groups.run(limit_script(machine(), {.pid = 4711}, groups.list, groups.folder)) == 0);
    const auto made = groups.listed();
    REQUIRE(made.size() == (unified ? 1 : 2));
    for (const std::string& group : made) {
      CHECK(group.ends_with("/hanse-0123abcd-4711"));
      CHECK(first_line(group + "/cgroup.procs") == "4711");
    }
    CHECK(first_line(made[0] + (unified ? "/memory.max" : "/memory.limit_in_bytes")) == "2147483648");
    // In a real hierarchy the files of a group go with it.
    for (const std::string& group : made)
      for (const auto& file : std::filesystem::directory_iterator(group)) std::filesystem::remove(file);
    std::ofstream(made[0] + "/held");
    CHECK(groups.run(release_script(groups.list)) == 0);
    CHECK(groups.listed() == std::vector<std::string>{made[0]});
    std::filesystem::remove(made[0] + "/held");
    CHECK(groups.run(release_script(groups.list)) == 0);
    for (const std::string& group : made) CHECK_FALSE(std::filesystem::exists(group));
    CHECK_FALSE(std::filesystem::exists(groups.list));
    CHECK(groups.run(release_script(groups.list)) == 0);
  }
}

}  // namespace
}  // namespace hanse::host::qemu
