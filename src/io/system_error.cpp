#include "io/system_error.h"

#include <string>
#include <system_error>

namespace hanse::io {
namespace {

std::string_view next_step(Code code) {
  switch (code) {
    case Code::permission_denied:
      return "; check its owner and mode, and whose rights this process has";
    case Code::resource_exhausted:
      return "; free some or raise the limit";
    default:
      return "";
  }
}

}  // namespace

Code code_of_errno(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
    case ESRCH:
      return Code::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::permission_denied;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EFBIG:
      return Code::resource_exhausted;
    case EEXIST:
    case EADDRINUSE:
      return Code::already_exists;
    case ENOTEMPTY:
    case EISDIR:
    case EXDEV:
      return Code::failed_precondition;
    case EINVAL:
    case ENAMETOOLONG:
    case ELOOP:
      return Code::invalid_argument;
    case ETIMEDOUT:
      return Code::deadline_exceeded;
    default:
      return Code::unavailable;
  }
}

tl::unexpected<Error> fail_errno(std::string_view action, std::string_view object, int number) {
  const Code code = code_of_errno(number);
  return fail(code, "cannot {} '{}': {}{}", action, object, std::generic_category().message(number),
              next_step(code));
}

}  // namespace hanse::io
