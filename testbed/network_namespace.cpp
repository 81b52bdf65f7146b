#include "testbed/network_namespace.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace hanse::testbed {

std::string namespace_path(const std::string& name) {
  return "/run/netns/" + name;
}

Result<std::uint64_t> namespace_inode(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0)
    return fail(Code::not_found, "network namespace {} cannot be read: {}", path, std::strerror(errno));
  return static_cast<std::uint64_t>(info.st_ino);
}

Result<NamespaceVisit> NamespaceVisit::enter(const std::string& name) {
  const int home = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  if (home < 0)
    return fail(Code::internal, "own network namespace cannot be opened: {}", std::strerror(errno));
  const int target = ::open(namespace_path(name).c_str(), O_RDONLY | O_CLOEXEC);
  const bool entered = target >= 0 && ::setns(target, CLONE_NEWNET) == 0;
  const int reason = errno;
  if (target >= 0) ::close(target);
  if (entered) return NamespaceVisit(home);
  ::close(home);
  return fail(reason == ENOENT ? Code::not_found : Code::permission_denied,
              "network namespace '{}' cannot be entered: {}; run as root, and see 'ip netns list'", name,
              std::strerror(reason));
}

NamespaceVisit::NamespaceVisit(NamespaceVisit&& other) noexcept : home_(std::exchange(other.home_, -1)) {}

NamespaceVisit::~NamespaceVisit() {
  if (home_ < 0) return;
  // A thread that cannot go home would open what follows in the wrong place.
  if (::setns(home_, CLONE_NEWNET) != 0) std::abort();
  ::close(home_);
}

}  // namespace hanse::testbed
