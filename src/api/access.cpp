#include "api/access.h"

#include <initializer_list>

namespace hanse::api {
namespace {

std::string_view name_of(zone::CallerKind kind) {
  switch (kind) {
    case zone::CallerKind::anonymous:
      return "anonymous";
    case zone::CallerKind::user:
      return "user";
    case zone::CallerKind::host:
      return "host";
    case zone::CallerKind::peer:
      return "zone";
  }
  return "unknown";
}

bool kind_allowed(const Access& access, zone::CallerKind kind) {
  switch (kind) {
    case zone::CallerKind::anonymous:
      return access.anonymous;
    case zone::CallerKind::user:
      return access.user || access.anonymous;
    case zone::CallerKind::host:
      return access.host || access.anonymous;
    case zone::CallerKind::peer:
      return access.peer || access.anonymous;
  }
  return false;
}

}  // namespace

Status check_access(const Access& access, const zone::Caller& caller, const http::PathParameters& path) {
  if (!kind_allowed(access, caller.kind)) {
    if (caller.kind == zone::CallerKind::anonymous) {
      return fail(Code::unauthenticated,
                  "this needs a token; send it as 'Authorization: Bearer <token>', 'hanse login' gets one");
    }
    return fail(Code::permission_denied, "{} may not do this", to_string(caller));
  }
  if (caller.kind == zone::CallerKind::host && !access.own_host.empty()) {
    const auto named = path.find(std::string(access.own_host));
    if (named == path.end() || named->second != caller.name) {
      return fail(Code::permission_denied, "{} may speak for itself only", to_string(caller));
    }
  }
  return {};
}

zone::ResourceId target_of(const http::PathParameters& path) {
  const auto first_of = [&](std::initializer_list<const char*> names) {
    for (const char* name : names) {
      const auto found = path.find(name);
      if (found != path.end()) return found->second;
    }
    return std::string();
  };
  return {.tenant = first_of({"tenant"}),
          .workspace = first_of({"workspace"}),
          .name = first_of({"name", "zone", "digest"})};
}

std::string to_string(const zone::Caller& caller) {
  if (caller.name.empty()) return std::string(name_of(caller.kind));
  return fmt::format("{} '{}'", name_of(caller.kind), caller.name);
}

}  // namespace hanse::api
