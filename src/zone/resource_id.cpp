#include "zone/resource_id.h"

#include <vector>

namespace hanse::zone {

ResourceId id_of(const model::Metadata& metadata) {
  return {metadata.tenant, metadata.workspace, metadata.name};
}

std::string prefix_of(const KindTraits& kind, const ResourceId& id) {
  std::string prefix = "/" + std::string(kind.collection) + "/";
  if (kind.scope != ResourceScope::zone && !id.tenant.empty()) prefix += id.tenant + "/";
  if (kind.scope == ResourceScope::workspace && !id.tenant.empty() && !id.workspace.empty())
    prefix += id.workspace + "/";
  return prefix;
}

std::string key_of(const KindTraits& kind, const ResourceId& id) {
  return prefix_of(kind, id) + id.name;
}

ResourceId id_of_key(const KindTraits& kind, std::string_view key) {
  std::vector<std::string> parts;
  key.remove_prefix(kind.collection.size() + 2);
  while (true) {
    const std::size_t slash = key.find('/');
    parts.emplace_back(key.substr(0, slash));
    if (slash == std::string_view::npos) break;
    key.remove_prefix(slash + 1);
  }
  if (parts.size() == 1) return {.name = parts[0]};
  if (parts.size() == 2) return {.tenant = parts[0], .name = parts[1]};
  return {.tenant = parts[0], .workspace = parts[1], .name = parts[2]};
}

std::string to_string(const ResourceId& id) {
  std::string text;
  for (const std::string* part : {&id.tenant, &id.workspace, &id.name}) {
    if (!part->empty()) text += (text.empty() ? "" : "/") + *part;
  }
  return text;
}

Status check_id(const KindTraits& kind, const ResourceId& id) {
  HANSE_CHECK(model::check_name(id.name, "/metadata/name"));
  if (kind.scope != ResourceScope::zone) HANSE_CHECK(model::check_name(id.tenant, "/metadata/tenant"));
  if (kind.scope == ResourceScope::workspace)
    HANSE_CHECK(model::check_name(id.workspace, "/metadata/workspace"));
  return {};
}

}  // namespace hanse::zone
