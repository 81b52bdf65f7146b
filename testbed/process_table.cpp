#include "testbed/process_table.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <sys/stat.h>

namespace hanse::testbed {
namespace {

// Empty or cut off when the process ends meanwhile: then reading fails, which an iterator over the file would
// throw.
std::string read_all(const std::string& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// "1234 (name) S 1 …": the name may hold anything, so the fields count from the last parenthesis.
bool read_stat(const std::string& stat, ProcessInfo& process) {
  const std::size_t name_end = stat.rfind(") ");
  if (name_end == std::string::npos) return false;
  char state = 0;
  long long parent = 0;
  unsigned long long start_time = 0;
  const int fields =
      std::sscanf(stat.c_str() + name_end + 2,
                  "%c %lld %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", &state,
                  &parent, &start_time);
  if (fields != 3 || state == 'Z' || state == 'X') return false;
  process.parent = parent;
  process.id.start_time = start_time;
  return true;
}

std::optional<ProcessInfo> read_process(std::int64_t pid) {
  const std::string folder = fmt::format("/proc/{}", pid);
  ProcessInfo process{.id = {.pid = pid}};
  if (!read_stat(read_all(folder + "/stat"), process)) return std::nullopt;
  struct stat info{};
  if (::stat((folder + "/ns/net").c_str(), &info) == 0)
    process.network_namespace = static_cast<std::uint64_t>(info.st_ino);
  std::error_code unreadable;
  process.folder = std::filesystem::read_symlink(folder + "/cwd", unreadable).string();
  process.command_line = read_all(folder + "/cmdline");
  std::replace(process.command_line.begin(), process.command_line.end(), '\0', ' ');
  return process;
}

bool belongs(const ProcessInfo& process, const Belongings& belongings) {
  const auto& recorded = belongings.recorded;
  if (std::find(recorded.begin(), recorded.end(), process.id) != recorded.end()) return true;
  if (belongings.network_namespaces.contains(process.network_namespace)) return true;
  const bool names_folder = process.command_line.find(belongings.state_folder + "/") != std::string::npos;
  return names_folder &&
         (process.folder == belongings.wan_folder || belongings.guests.contains(process.id.pid));
}

}  // namespace

std::vector<ProcessInfo> list_processes() {
  std::vector<ProcessInfo> processes;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
    const std::string name = entry.path().filename().string();
    std::int64_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr != name.data() + name.size())
      continue;
    if (std::optional<ProcessInfo> process = read_process(pid)) processes.push_back(std::move(*process));
  }
  return processes;
}

std::vector<ProcessInfo> find_belonging(const std::vector<ProcessInfo>& processes,
                                        const Belongings& belongings) {
  std::set<std::int64_t> found;
  for (const ProcessInfo& process : processes)
    if (belongs(process, belongings)) found.insert(process.id.pid);
  // Children may stand before their parents in the list: go on until a round finds nobody.
  for (bool grew = !found.empty(); grew;) {
    grew = false;
    for (const ProcessInfo& process : processes)
      if (found.contains(process.parent)) grew |= found.insert(process.id.pid).second;
  }
  std::vector<ProcessInfo> belonging;
  std::copy_if(processes.begin(), processes.end(), std::back_inserter(belonging),
               [&](const ProcessInfo& process) { return found.contains(process.id.pid); });
  return belonging;
}

std::set<std::int64_t> with_ancestors(const std::vector<ProcessInfo>& processes, std::int64_t pid) {
  std::map<std::int64_t, std::int64_t> parents;
  for (const ProcessInfo& process : processes) parents[process.id.pid] = process.parent;
  std::set<std::int64_t> line;
  while (pid > 0 && line.insert(pid).second) {
    const auto parent = parents.find(pid);
    pid = parent == parents.end() ? 0 : parent->second;
  }
  return line;
}

}  // namespace hanse::testbed
