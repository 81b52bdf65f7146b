#include "host/guest_user.h"

#include <charconv>
#include <vector>

namespace hanse::host {
namespace {

constexpr char kPasswd[] = "/etc/passwd";
constexpr char kGroup[] = "/etc/group";
constexpr std::string_view kKvmGroup = "kvm";

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// The fields of the line that begins with the name; none when there is none.
std::vector<std::string_view> find_line(std::string_view text, std::string_view name) {
  for (const std::string_view line : split(text, '\n')) {
    std::vector<std::string_view> fields = split(line, ':');
    if (fields.front() == name) return fields;
  }
  return {};
}

std::optional<std::uint32_t> number_at(const std::vector<std::string_view>& fields, std::size_t index) {
  if (index >= fields.size()) return std::nullopt;
  const std::string_view digits = fields[index];
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

}  // namespace

Result<ProcessUser> parse_guest_user(std::string_view name, std::string_view passwd, std::string_view group) {
  const std::vector<std::string_view> line = find_line(passwd, name);
  const auto user = number_at(line, 2);
  const auto user_group = number_at(line, 3);
  if (!user || !user_group)
    return fail(Code::not_found, "user '{}' is not in {}; name one that is as guest_user, or make it", name,
                kPasswd);
  ProcessUser found{.user = *user, .group = *user_group};
  if (const auto kvm = number_at(find_line(group, kKvmGroup), 2)) found.more_groups.push_back(*kvm);
  return found;
}

Task<Result<std::optional<ProcessUser>>> find_guest_user(Files& files, std::string name) {
  if (name.empty()) co_return std::optional<ProcessUser>();
  HANSE_CO_TRY(const std::string passwd, co_await files.read(kPasswd, kSmallFileLimit));
  const Result<std::string> group = co_await files.read(kGroup, kSmallFileLimit);
  HANSE_CO_TRY(ProcessUser user, parse_guest_user(name, passwd, group ? *group : ""));
  co_return std::optional<ProcessUser>(std::move(user));
}

}  // namespace hanse::host
