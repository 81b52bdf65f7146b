// The unprivileged user that guests run as, found in /etc/passwd and /etc/group.
//
// Thread: the loop. Failure: not_found with the remedy; those of Files.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "runtime/files.h"
#include "runtime/processes.h"

namespace hanse::host {

// Nothing for an empty name: guests run as the agent itself. With the group kvm, where there is one, so that
// /dev/kvm can be opened.
Task<Result<std::optional<ProcessUser>>> find_guest_user(Files& files, std::string name);

// `passwd` and `group` are the contents of the two files.
Result<ProcessUser> parse_guest_user(std::string_view name, std::string_view passwd, std::string_view group);

}  // namespace hanse::host
