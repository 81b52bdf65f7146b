#include "io/process_identity.h"

#include <charconv>
#include <string_view>

#include "io/file_calls.h"

namespace hanse::io {
namespace {

constexpr Bytes kStatLimit{4096};
// Counted from the state, which is field 3.
constexpr int kStateField = 3;
constexpr int kStartTimeField = 22;

}  // namespace

Result<ProcessId> identify_process(std::int64_t pid) {
  const auto gone = [pid] { return fail(Code::not_found, "process {} does not exist", pid); };
  const auto text = file_calls::read("/proc/" + std::to_string(pid) + "/stat", kStatLimit);
  if (!text) return gone();
  // "pid (name) state ...": the name may hold spaces and parentheses.
  const std::size_t after_name = text->rfind(") ");
  if (after_name == std::string::npos) return gone();
  std::string_view rest = std::string_view(*text).substr(after_name + 2);
  if (rest.starts_with('Z') || rest.starts_with('X')) return gone();
  for (int field = kStateField; field < kStartTimeField; ++field) {
    const std::size_t space = rest.find(' ');
    if (space == std::string_view::npos) return gone();
    rest = rest.substr(space + 1);
  }
  ProcessId id{.pid = pid};
  std::from_chars(rest.data(), rest.data() + rest.size(), id.start_time);
  return id;
}

}  // namespace hanse::io
