#include "host/drivers/qemu/machine_paths.h"

#include <algorithm>

#include "model/storage.h"

namespace hanse::host::qemu {
namespace {

constexpr std::size_t kMaxUid = 64;

bool is_uid_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

Status check_uid(std::string_view uid) {
  if (uid.empty() || uid.size() > kMaxUid || uid.starts_with('-') ||
      !std::all_of(uid.begin(), uid.end(), is_uid_character))
    return fail(Code::invalid_argument,
                "'{}' is no uid; it has 1 to {} letters, digits, '-' and '_', and does not begin with '-'",
                uid, kMaxUid);
  return {};
}

Status check_socket_paths(const MachinePaths& paths) {
  const std::size_t longest = std::max(paths.seeding_socket().size(), paths.serial().size());
  if (longest > kMaxSocketPath)
    return fail(
        Code::failed_precondition,
        "the path {} is {} bytes long and a unix socket may have {}; move the host's data folder to a "
        "shorter path",
        paths.seeding_socket(), longest, kMaxSocketPath);
  return {};
}

Result<std::string> blob_path(const std::string& blob_dir, std::string_view digest) {
  if (!model::is_digest(digest))
    return fail(Code::invalid_argument, "'{}' is no digest; write sha256: and 64 hexadecimal digits", digest);
  std::string name(digest);
  std::replace(name.begin(), name.end(), ':', '-');
  return blob_dir + "/" + name;
}

}  // namespace hanse::host::qemu
