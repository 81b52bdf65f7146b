#include "zone/resource_id.h"

#include <algorithm>

namespace hanse::zone {

ResourceId id_of(const model::Metadata& metadata) {
  return {metadata.tenant, metadata.workspace, metadata.name};
}

std::string prefix_of(const KindTraits& kind, const ResourceId& id) {
  const bool in_tenant = kind.scope != ResourceScope::zone && !id.tenant.empty();
  const bool in_workspace = in_tenant && kind.scope == ResourceScope::workspace && !id.workspace.empty();
  std::string prefix;
  // With room for the name, which mostly follows.
  prefix.reserve(kind.collection.size() + id.tenant.size() + id.workspace.size() + id.name.size() + 4);
  prefix += '/';
  prefix += kind.collection;
  prefix += '/';
  if (in_tenant) (prefix += id.tenant) += '/';
  if (in_workspace) (prefix += id.workspace) += '/';
  return prefix;
}

std::string key_of(const KindTraits& kind, const ResourceId& id) {
  return prefix_of(kind, id) + id.name;
}

ResourceId id_of_key(const KindTraits& kind, std::string_view key) {
  key.remove_prefix(kind.collection.size() + 2);
  const auto take_part = [&key] {
    const std::size_t slash = key.find('/');
    std::string part(key.substr(0, slash));
    key.remove_prefix(std::min(part.size() + 1, key.size()));
    return part;
  };
  ResourceId id;
  const auto parts = std::count(key.begin(), key.end(), '/') + 1;
  if (parts > 1) id.tenant = take_part();
  if (parts > 2) id.workspace = take_part();
  id.name = take_part();
  return id;
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
