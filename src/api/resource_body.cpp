#include "api/resource_body.h"

#include <boost/json.hpp>
#include <utility>

namespace hanse::api {
namespace {

Status check_agrees(const std::string& given, const std::string& path, const char* field) {
  if (given.empty() || given == path) return {};
  return fail_field(fmt::format("/metadata/{}", field), "/metadata/{} is '{}' but the path says '{}'", field,
                    given.substr(0, 128), path);
}

}  // namespace

Status read_resource_text(const std::string& body, json::Value& out) {
  HANSE_TRY(out, json::parse(body));
  if (!out.is_object()) return fail_field("/", "the body must be the JSON object of a resource");
  out.get_object().erase("status");
  return {};
}

Status settle_names(model::Metadata& metadata, const zone::ResourceId& id) {
  HANSE_CHECK(check_agrees(metadata.name, id.name, "name"));
  HANSE_CHECK(check_agrees(metadata.tenant, id.tenant, "tenant"));
  HANSE_CHECK(check_agrees(metadata.workspace, id.workspace, "workspace"));
  metadata = {};
  metadata.name = id.name;
  metadata.tenant = id.tenant;
  metadata.workspace = id.workspace;
  return {};
}

}  // namespace hanse::api
