// The machine's processes as /proc shows them, and which of them belong to a testbed.
//
// A process belongs to it when it is in the record with the same start time, runs in one of its network
// namespaces, is its WAN emulator, is a guest named by one of its pid files, or descends from one of these.
// Nothing else is ever touched.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "runtime/processes.h"

namespace hanse::testbed {

struct ProcessInfo {
  ProcessId id;
  std::int64_t parent = 0;
  std::uint64_t network_namespace = 0;  // inode; 0: not readable
  std::string folder;                   // it works in
  std::string command_line;             // arguments with spaces between
};

// Zombies are left out.
std::vector<ProcessInfo> list_processes();

struct Belongings {
  std::vector<ProcessId> recorded;
  std::set<std::uint64_t> network_namespaces;
  std::set<std::int64_t> guests;  // of pid files; the command line must name the state folder too
  std::string state_folder;
  std::string wan_folder;
};

// Pure.
std::vector<ProcessInfo> find_belonging(const std::vector<ProcessInfo>& processes,
                                        const Belongings& belongings);

// `pid` and those that it descends from. Pure.
std::set<std::int64_t> with_ancestors(const std::vector<ProcessInfo>& processes, std::int64_t pid);

}  // namespace hanse::testbed
