// What a forked child does until it is another program. In a process with threads only async-signal-safe
// calls are allowed there: all memory is prepared before the fork, and nothing here allocates, locks or
// throws.
//
// Failure: written to `report` as a ChildFailure; an exec that succeeds closes it instead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <sys/types.h>

namespace hanse::io {

struct ChildPlan {
  const char* program = nullptr;  // a path
  char* const* arguments = nullptr;
  const char* working_directory = nullptr;  // null: that of the parent
  int input = -1;
  int output = -1;
  int error_output = -1;
  int report = -1;
  pid_t parent = 0;
  bool outlives_parent = false;  // a session of its own; otherwise it is killed when the parent dies
  bool change_user = false;
  uid_t user = 0;
  gid_t group = 0;
  const gid_t* more_groups = nullptr;
  std::size_t more_group_count = 0;
  std::int64_t address_space_limit = -1;  // bytes; negative: none
  std::int64_t cpu_limit = -1;            // seconds
};

enum class ChildStep : int { parent_gone, session, limits, user, directory, descriptors, exec };

struct ChildFailure {
  ChildStep step = ChildStep::exec;
  int number = 0;  // errno
};

[[noreturn]] void become_program(const ChildPlan& plan);

}  // namespace hanse::io
