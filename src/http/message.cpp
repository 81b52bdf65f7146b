#include "http/message.h"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <utility>

namespace hanse::http {
namespace {

json::Array sources_json(const std::vector<ErrorSource>& sources) {
  json::Array out;
  for (const ErrorSource& source : sources) {
    json::Object entry;
    if (!source.pointer.empty()) entry.emplace("pointer", source.pointer);
    if (!source.parameter.empty()) entry.emplace("parameter", source.parameter);
    out.emplace_back(std::move(entry));
  }
  return out;
}

std::string text_at(const json::Object& object, std::string_view key) {
  const json::Value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string());
}

std::vector<ErrorSource> sources_of(const json::Object& problem) {
  std::vector<ErrorSource> out;
  const json::Value* sources = problem.if_contains("sources");
  if (sources == nullptr || !sources->is_array()) return out;
  for (const json::Value& entry : sources->get_array()) {
    if (!entry.is_object()) continue;
    out.push_back({text_at(entry.get_object(), "pointer"), text_at(entry.get_object(), "parameter")});
  }
  return out;
}

Response problem(int status, std::string_view title, const Error& error, std::string_view instance) {
  json::Object body;
  body.emplace("type", fmt::format("{}{}", kProblemTypePrefix, traits_of(error.code).name));
  body.emplace("title", title);
  body.emplace("status", status);
  body.emplace("detail", error.message);
  body.emplace("instance", instance);
  body.emplace("sources", sources_json(error.sources));
  Response response = json_response(status, body);
  response.headers.set("Content-Type", std::string(kProblemMediaType));
  return response;
}

}  // namespace

Response json_response(int status, const json::Value& body) {
  return {status, {{"Content-Type", "application/json"}}, json::dump(body)};
}

Response text_response(int status, std::string text) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(text)};
}

Response problem_response(const Error& error, std::string_view instance) {
  const CodeTraits& traits = traits_of(error.code);
  return problem(traits.http_status, traits.title, error, instance);
}

Response problem_response(int status, const Error& error, std::string_view instance) {
  return problem(status, codec::reason_of_status(status), error, instance);
}

Error error_from_response(const Response& response) {
  Error error{code_of_http_status(response.status), fmt::format("the server answered {} {}", response.status,
                                                                codec::reason_of_status(response.status))};
  if (!response.headers.get("Content-Type").starts_with(kProblemMediaType)) return error;
  const Result<json::Value> body = json::parse(response.body);
  if (!body || !body->is_object()) return error;
  const json::Object& problem_object = body->get_object();
  const std::string type = text_at(problem_object, "type");
  if (type.starts_with(kProblemTypePrefix)) error.code = code_of_name(type.substr(kProblemTypePrefix.size()));
  if (std::string detail = text_at(problem_object, "detail"); !detail.empty())
    error.message = std::move(detail);
  error.sources = sources_of(problem_object);
  return error;
}

}  // namespace hanse::http
