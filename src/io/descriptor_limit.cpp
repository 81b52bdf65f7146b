#include "io/descriptor_limit.h"

#include <sys/resource.h>

namespace hanse::io {
namespace {

// Root may go beyond its own hard limit; more than this is of no use.
constexpr rlim_t kEnough = 1'048'576;

}  // namespace

std::uint64_t raise_descriptor_limit() {
  struct rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  if (limit.rlim_cur >= kEnough) return limit.rlim_cur;
  struct rlimit wanted{.rlim_cur = kEnough, .rlim_max = limit.rlim_max < kEnough ? kEnough : limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &wanted) == 0) return kEnough;
  wanted = {.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
  return ::setrlimit(RLIMIT_NOFILE, &wanted) == 0 ? limit.rlim_max : limit.rlim_cur;
}

}  // namespace hanse::io
