#include "zone/authorization/required_permission.h"

#include <algorithm>

namespace hanse::zone {
namespace {

using model::kWildcard;

// "seca.compute/v1" means what "seca.compute" does: there is one version of each provider.
bool covers_provider(std::string_view given, std::string_view provider) {
  return given == kWildcard || given.substr(0, given.find('/')) == provider;
}

bool covers_resource(std::string_view given, std::string_view resource, std::string_view name) {
  if (given == kWildcard) return true;
  const std::size_t slash = given.find('/');
  if (given.substr(0, slash) != resource) return false;
  if (slash == std::string_view::npos) return true;
  const std::string_view named = given.substr(slash + 1);
  return named == kWildcard || (!name.empty() && named == name);
}

// "post" covers "post.start"; "post.start" and "post:start" are one.
bool covers_verb(std::string_view given, std::string_view verb) {
  if (given == kWildcard || given == verb) return true;
  const std::size_t dot = verb.find('.');
  if (dot == std::string_view::npos) return false;
  if (given == verb.substr(0, dot)) return true;
  return given.size() == verb.size() && given.substr(0, dot) == verb.substr(0, dot) && given[dot] == ':' &&
         given.substr(dot + 1) == verb.substr(dot + 1);
}

}  // namespace

bool covers(const model::Permission& permission, const RequiredPermission& required, std::string_view name) {
  if (required.provider.empty() || !covers_provider(permission.provider, required.provider)) return false;
  const auto names_resource = [&](const std::string& given) {
    return covers_resource(given, required.resource, name);
  };
  const auto names_verb = [&](const std::string& given) { return covers_verb(given, required.verb); };
  return std::any_of(permission.resources.begin(), permission.resources.end(), names_resource) &&
         std::any_of(permission.verb.begin(), permission.verb.end(), names_verb);
}

std::string to_string(const RequiredPermission& required) {
  return required.provider + " " + required.resource + " " + required.verb;
}

}  // namespace hanse::zone
