#include "api/openapi.h"

#include <boost/json.hpp>
#include <utility>

#include "api/schemas.h"
#include "base/json.h"
#include "zone/zone_version.h"

namespace hanse::api {
namespace {

json::Object reference(const std::string& schema) {
  return {{"$ref", "#/components/schemas/" + schema}};
}

json::Object content(std::string_view media_type, json::Object schema) {
  json::Object media;
  media.emplace("schema", std::move(schema));
  json::Object by_type;
  by_type.emplace(media_type, std::move(media));
  json::Object out;
  out.emplace("content", std::move(by_type));
  return out;
}

std::vector<std::string> path_parameters(const std::string& pattern) {
  std::vector<std::string> names;
  for (std::size_t begin = pattern.find('{'); begin != std::string::npos;
       begin = pattern.find('{', begin + 1)) {
    names.push_back(pattern.substr(begin + 1, pattern.find('}', begin) - begin - 1));
  }
  return names;
}

std::string_view type_name(ParameterType type) {
  if (type == ParameterType::number) return "integer";
  return type == ParameterType::boolean ? "boolean" : "string";
}

json::Object parameter(std::string_view place, std::string_view name, std::string_view type,
                       std::string_view description) {
  json::Object out{{"name", name}, {"in", place}, {"schema", json::Object{{"type", type}}}};
  if (place == "path") out.emplace("required", true);
  if (!description.empty()) out.emplace("description", description);
  return out;
}

json::Array parameters_of(const Route& route, const std::string& method, const std::string& pattern) {
  json::Array out;
  for (const std::string& name : path_parameters(pattern))
    out.push_back(parameter("path", name, "string", ""));
  for (const QueryParameter& query : route.query) {
    out.push_back(parameter("query", query.name, type_name(query.type), query.description));
    if (query.name == "watch") {
      out.push_back(parameter("header", "Last-Event-ID", "string", "Resumes a watch behind this event"));
    }
  }
  if ((method == "PUT" || method == "DELETE") && pattern.ends_with("/{name}")) {
    out.push_back(parameter("header", "if-unmodified-since", "integer",
                            "The resourceVersion that was read; 409 when it is another one now"));
  }
  return out;
}

json::Array callers_of(const Access& access) {
  json::Array out;
  if (access.anonymous) out.push_back("anyone");
  if (access.user) out.push_back("user");
  if (access.host) out.push_back("host");
  if (access.peer) out.push_back("peer");
  return out;
}

json::Array security_of(const Access& access) {
  json::Array out;
  if (access.anonymous) return {json::Object{}};
  if (access.user) out.push_back(json::Object{{"bearer", json::Array{}}});
  if (access.host || access.peer) out.push_back(json::Object{{"certificate", json::Array{}}});
  return out;
}

// What a user's role must permit; nothing where any user may.
json::Value permission_of(const zone::RequiredPermission& permission) {
  if (permission.reach == zone::Reach::oneself) return nullptr;
  return json::Object{{"provider", permission.provider},
                      {"resource", permission.resource},
                      {"verb", permission.verb},
                      {"scope", permission.reach == zone::Reach::anywhere ? "any" : "path"}};
}

std::string success_text(const Route& route) {
  switch (route.success) {
    case 101:
      return "The connection is a stream of the protocol that was asked for";
    case 201:
      return "Created";
    case 202:
      return "Accepted; a watch shows how it goes on";
    case 204:
      return "Done";
    default:
      return "OK";
  }
}

json::Object responses_of(const Route& route, const std::string& method) {
  json::Object success = route.answer_schema.empty()
                             ? json::Object{}
                             : content("application/json", reference(route.answer_schema));
  success.emplace("description", success_text(route));
  json::Object problem = content("application/problem+json", reference("Problem"));
  problem.emplace("description", "A problem document (RFC 7807)");
  json::Object out;
  if (method == "PUT") out.emplace("201", success);
  out.emplace(std::to_string(route.success), std::move(success));
  out.emplace("default", std::move(problem));
  return out;
}

// "PUT /providers/seca.compute/v1/tenants/{tenant}/skus/{name}" -> "put-seca.compute-tenant-skus-name"
std::string operation_id(const std::string& method, const std::string& pattern) {
  std::string id;
  for (const char c : method) id += static_cast<char>(c - 'A' + 'a');
  std::string segment;
  for (const char c : pattern + "/") {
    if (c != '/') {
      if (c != '{' && c != '}') segment += c;
      continue;
    }
    const bool plain = !segment.empty() && segment != "providers" && segment != "v1" &&
                       segment != "tenants" && segment != "workspace";
    if (plain) id += "-" + segment;
    segment.clear();
  }
  return id;
}

std::string tag_of(const std::string& pattern) {
  constexpr std::string_view kPrefix = "/providers/";
  if (!pattern.starts_with(kPrefix)) return "system";
  const std::size_t end = pattern.find('/', kPrefix.size());
  return pattern.substr(kPrefix.size(), end - kPrefix.size());
}

json::Object operation(const Route& route, const std::string& method, const std::string& pattern) {
  json::Object out{{"operationId", operation_id(method, pattern)},
                   {"summary", route.summary},
                   {"tags", json::Array{json::Value(tag_of(pattern))}},
                   {"security", security_of(route.access)},
                   {"x-hanse-callers", callers_of(route.access)},
                   {"parameters", parameters_of(route, method, pattern)},
                   {"responses", responses_of(route, method)}};
  if (route.access.user && !route.access.anonymous)
    out.emplace("x-hanse-permission", permission_of(route.permission));
  if (route.options.body_stream) {
    out.emplace("requestBody",
                content("application/octet-stream", json::Object{{"type", "string"}, {"format", "binary"}}));
  } else if (!route.request_schema.empty()) {
    out.emplace("requestBody", content("application/json", reference(route.request_schema)));
  }
  return out;
}

}  // namespace

std::string openapi_text(const Routes& routes) {
  json::Object paths;
  for (const Route& route : routes) {
    const std::size_t space = route.name.find(' ');
    const std::string method = route.name.substr(0, space);
    const std::string pattern = route.name.substr(space + 1);
    std::string lower;
    for (const char c : method) lower += static_cast<char>(c - 'A' + 'a');
    json::Value& path = paths[pattern];
    if (path.is_null()) path.emplace_object();
    path.get_object().emplace(lower, operation(route, method, pattern));
  }
  const json::Object bearer{{"type", "http"}, {"scheme", "bearer"}};
  const json::Object certificate{{"type", "mutualTLS"}};
  const json::Object document{
      {"openapi", "3.1.0"},
      {"info", json::Object{{"title", "Hanse"},
                            {"version", zone::kVersion},
                            {"license", json::Object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
      {"paths", std::move(paths)},
      {"components",
       json::Object{{"schemas", schemas()},
                    {"securitySchemes", json::Object{{"bearer", bearer}, {"certificate", certificate}}}}}};
  return json::dump_pretty(document);
}

}  // namespace hanse::api
