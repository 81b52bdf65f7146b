// Contexts: the zones that a user talks to, in one YAML file. docs/cli.md describes it.
//
// Pure. Failure: invalid_argument with file, line and column; not_found for a context that is not there.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "runtime/network.h"

namespace hanse::cli {

struct Context {
  std::string name;
  std::string endpoint;    // "https://host:port"
  std::string ca_file;     // relative paths are relative to the file of contexts
  std::string token_file;  // as ca_file
  std::string tenant;      // empty: "default"
  std::string workspace;
  bool operator==(const Context&) const = default;
};
BOOST_DESCRIBE_STRUCT(Context, (), (name, endpoint, ca_file, token_file, tenant, workspace))
HANSE_DECLARE_JSON(Context);

struct ContextFile {
  std::string current;
  std::vector<Context> contexts;
  bool operator==(const ContextFile&) const = default;
};
BOOST_DESCRIBE_STRUCT(ContextFile, (), (current, contexts))
HANSE_DECLARE_JSON(ContextFile);

Result<ContextFile> read_contexts(const std::string& path, std::string_view text);
std::string contexts_text(const ContextFile& file);

// The named one, or the current one when `name` is empty.
Result<Context> choose_context(const ContextFile& file, const std::string& path, const std::string& name);

// Adds it, or replaces the one of its name.
void put_context(ContextFile& file, Context context);

// "https://host:port" or "host:port". Errors: invalid_argument.
Result<Endpoint> context_endpoint(const Context& context);

// `file` as seen from the folder of the file of contexts.
std::string resolve_path(const std::string& contexts_path, const std::string& file);

}  // namespace hanse::cli
