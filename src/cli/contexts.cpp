#include "cli/contexts.h"

#include <boost/json.hpp>

#include "base/json_mapping.h"
#include "cli/yaml_document.h"
#include "cli/yaml_text.h"
#include "model/metadata.h"

namespace hanse::cli {

HANSE_DEFINE_JSON(Context)
HANSE_DEFINE_JSON(ContextFile)

namespace {

Status check_contexts(const ContextFile& file) {
  for (std::size_t i = 0; i < file.contexts.size(); ++i) {
    const Context& context = file.contexts[i];
    const std::string pointer = fmt::format("/contexts/{}", i);
    HANSE_CHECK(model::check_name(context.name, pointer + "/name"));
    for (std::size_t j = 0; j < i; ++j) {
      if (file.contexts[j].name == context.name) {
        return fail_field(pointer + "/name", "context '{}' is there twice; remove one of the two",
                          context.name);
      }
    }
    const Result<Endpoint> endpoint = context_endpoint(context);
    if (!endpoint) return fail_field(pointer + "/endpoint", "{}", endpoint.error().message);
    if (context.ca_file.empty()) return fail_field(pointer, "context '{}' has no caFile", context.name);
    if (context.token_file.empty()) return fail_field(pointer, "context '{}' has no tokenFile", context.name);
  }
  return {};
}

}  // namespace

Result<ContextFile> read_contexts(const std::string& path, std::string_view text) {
  HANSE_TRY(const std::vector<YamlDocument> documents, read_yaml(path, text));
  if (documents.empty()) return ContextFile();
  Result<ContextFile> file = json::from_json<ContextFile>(documents.front().value);
  Status good;
  if (file)
    good = check_contexts(*file);
  else
    good = fail(file.error());
  if (!good) {
    const std::string pointer = good.error().sources.empty() ? "" : good.error().sources.front().pointer;
    const Position at = position_of(documents.front(), pointer);
    return fail(good.error().code, "{}:{}:{}: {}", path, at.line, at.column, good.error().message);
  }
  return file;
}

std::string contexts_text(const ContextFile& file) {
  json::Value value = to_json(file);
  for (json::Value& context : value.get_object().at("contexts").get_array()) {
    for (const char* optional : {"tenant", "workspace"}) {
      if (context.get_object().at(optional).get_string().empty()) context.get_object().erase(optional);
    }
  }
  return yaml_text(value);
}

Result<Context> choose_context(const ContextFile& file, const std::string& path, const std::string& name) {
  const std::string& wanted = name.empty() ? file.current : name;
  if (wanted.empty()) {
    return fail(Code::failed_precondition,
                "no context is current in {}; add one with 'hanse context add', or choose one with "
                "'hanse context use'",
                path);
  }
  for (const Context& context : file.contexts) {
    if (context.name == wanted) return context;
  }
  return fail(Code::not_found, "context '{}' is not in {}; list them with 'hanse context ls'", wanted, path);
}

void put_context(ContextFile& file, Context context) {
  for (Context& known : file.contexts) {
    if (known.name != context.name) continue;
    known = std::move(context);
    return;
  }
  file.contexts.push_back(std::move(context));
}

Result<Endpoint> context_endpoint(const Context& context) {
  constexpr std::string_view kScheme = "https://";
  std::string_view text = context.endpoint;
  if (text.starts_with(kScheme)) text.remove_prefix(kScheme.size());
  while (text.ends_with('/')) text.remove_suffix(1);
  const Result<Endpoint> endpoint = parse_endpoint(text);
  if (text.find("://") != std::string_view::npos || !endpoint || !endpoint->unix_path.empty()) {
    return fail(Code::invalid_argument, "context '{}': endpoint '{}' must be https://<host>:<port>",
                context.name, context.endpoint);
  }
  return endpoint;
}

std::string resolve_path(const std::string& contexts_path, const std::string& file) {
  if (file.starts_with('/')) return file;
  const std::size_t slash = contexts_path.rfind('/');
  return slash == std::string::npos ? file : contexts_path.substr(0, slash + 1) + file;
}

}  // namespace hanse::cli
