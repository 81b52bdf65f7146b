// Network namespaces by the names that `ip netns` gives them. The only file that moves a thread between
// namespaces.
//
// Thread: entering changes the namespace of the calling thread alone; sockets and TAP devices opened inside
// stay there when the thread has left. Needs root.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace hanse::testbed {

// "/run/netns/<name>"
std::string namespace_path(const std::string& name);

// The inode that the kernel knows a namespace by, equal for all processes in it; of namespace_path(name) or
// of "/proc/<pid>/ns/net". Errors: not_found.
Result<std::uint64_t> namespace_inode(const std::string& path);

// Inside the namespace until it is destroyed.
class NamespaceVisit {
 public:
  // Errors: not_found, permission_denied.
  static Result<NamespaceVisit> enter(const std::string& name);
  NamespaceVisit(NamespaceVisit&& other) noexcept;
  NamespaceVisit& operator=(NamespaceVisit&&) = delete;
  ~NamespaceVisit();

 private:
  explicit NamespaceVisit(int home) : home_(home) {}
  int home_;
};

}  // namespace hanse::testbed
