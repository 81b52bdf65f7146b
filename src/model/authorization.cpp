#include "model/authorization.h"

#include <algorithm>
#include <array>

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(Permission)
HANSE_DEFINE_JSON(RoleSpec)
HANSE_DEFINE_JSON(Role)
HANSE_DEFINE_JSON(RoleAssignmentScope)
HANSE_DEFINE_JSON(RoleAssignmentSpec)
HANSE_DEFINE_JSON(RoleAssignment)

namespace {

constexpr std::size_t kMaxProvider = 64;
constexpr std::size_t kMaxResource = 256;
constexpr std::size_t kMaxVerb = 64;
constexpr std::size_t kMaxSub = 128;
constexpr std::array<std::string_view, 5> kVerbs{"get", "list", "put", "delete", "post"};

bool is_printable(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// A verb, or an action of one: "post.start", which SECA also writes "post:start".
bool is_verb(std::string_view text) {
  if (text == kWildcard) return true;
  const std::size_t end = text.find_first_of(".:");
  const bool known = std::find(kVerbs.begin(), kVerbs.end(), text.substr(0, end)) != kVerbs.end();
  return known && is_printable(text, kMaxVerb) && (end == std::string_view::npos || end + 1 < text.size());
}

Status check_count(std::size_t count, std::size_t least, std::size_t most, const std::string& pointer) {
  if (count >= least && count <= most) return {};
  return fail_field(pointer, "{} has {} entries; it must have {} to {}", pointer, count, least, most);
}

Status check_permission(const Permission& permission, const std::string& pointer) {
  if (!is_printable(permission.provider, kMaxProvider))
    return fail_field(pointer + "/provider", "{}/provider must be a provider like seca.compute, or *",
                      pointer);
  HANSE_CHECK(check_count(permission.resources.size(), 1, kMaxPermissionTerms, pointer + "/resources"));
  HANSE_CHECK(check_count(permission.verb.size(), 1, kMaxPermissionTerms, pointer + "/verb"));
  for (std::size_t i = 0; i < permission.resources.size(); ++i) {
    const std::string& resource = permission.resources[i];
    const bool good = is_printable(resource, kMaxResource) &&
                      std::count(resource.begin(), resource.end(), '/') <= 1 && resource.front() != '/' &&
                      resource.back() != '/';
    if (good) continue;
    const std::string place = fmt::format("{}/resources/{}", pointer, i);
    return fail_field(place, "{} must be like instances/*, instances/web or *", place);
  }
  for (std::size_t i = 0; i < permission.verb.size(); ++i) {
    if (is_verb(permission.verb[i])) continue;
    const std::string place = fmt::format("{}/verb/{}", pointer, i);
    return fail_field(place, "{} must be get, list, put, delete, post, post.<action> or *", place);
  }
  return {};
}

Status check_scope_names(const std::vector<std::string>& names, const std::string& pointer) {
  HANSE_CHECK(check_count(names.size(), 0, kMaxScopeTerms, pointer));
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != kWildcard) HANSE_CHECK(check_name(names[i], fmt::format("{}/{}", pointer, i)));
  }
  return {};
}

}  // namespace

Status check(const Role& role) {
  HANSE_CHECK(check_count(role.spec.permissions.size(), 0, kMaxPermissions, "/spec/permissions"));
  for (std::size_t i = 0; i < role.spec.permissions.size(); ++i)
    HANSE_CHECK(check_permission(role.spec.permissions[i], fmt::format("/spec/permissions/{}", i)));
  return {};
}

Status check(const RoleAssignment& assignment) {
  const RoleAssignmentSpec& spec = assignment.spec;
  HANSE_CHECK(check_count(spec.subs.size(), 1, kMaxAssignmentSubs, "/spec/subs"));
  HANSE_CHECK(check_count(spec.scopes.size(), 1, kMaxAssignmentScopes, "/spec/scopes"));
  HANSE_CHECK(check_count(spec.roles.size(), 0, kMaxAssignmentRoles, "/spec/roles"));
  for (std::size_t i = 0; i < spec.subs.size(); ++i) {
    const std::string place = fmt::format("/spec/subs/{}", i);
    if (!is_printable(spec.subs[i], kMaxSub))
      return fail_field(place, "{} must be 1 to {} printable characters without spaces", place, kMaxSub);
  }
  for (std::size_t i = 0; i < spec.scopes.size(); ++i) {
    const std::string place = fmt::format("/spec/scopes/{}", i);
    HANSE_CHECK(check_scope_names(spec.scopes[i].tenants, place + "/tenants"));
    HANSE_CHECK(check_scope_names(spec.scopes[i].regions, place + "/regions"));
    HANSE_CHECK(check_scope_names(spec.scopes[i].workspaces, place + "/workspaces"));
  }
  for (std::size_t i = 0; i < spec.roles.size(); ++i)
    HANSE_CHECK(check_name(spec.roles[i], fmt::format("/spec/roles/{}", i)));
  return {};
}

}  // namespace hanse::model
