#include "cli/context_commands.h"

#include <boost/json.hpp>
#include <filesystem>
#include <utility>

#include "cli/table.h"
#include "cli/yaml_text.h"

namespace hanse::cli {
namespace {

Task<Status> save_contexts(Files& files, std::string path, ContextFile file) {
  const std::string text = contexts_text(file);
  // What is written must be readable: the check is that of reading.
  HANSE_CO_CHECK(read_contexts(path, text));
  const std::size_t slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0) {
    HANSE_CO_CHECK(co_await files.make_directories(path.substr(0, slash)));
  }
  co_return co_await files.write_atomically(path, text);
}

// Later commands may run in another folder.
std::string absolute_path(const std::string& file) {
  std::error_code unknown;
  const std::filesystem::path path = std::filesystem::absolute(file, unknown);
  return unknown ? file : path.lexically_normal().string();
}

}  // namespace

Task<Result<ContextFile>> load_contexts(Files& files, std::string path) {
  const Result<std::string> text = co_await files.read(path, kSmallFileLimit);
  if (!text && text.error().code == Code::not_found) co_return ContextFile();
  if (!text) co_return fail(text.error());
  co_return read_contexts(path, *text);
}

Task<Status> run_context_list(Files& files, Terminal& terminal, std::string path, OutputFormat output) {
  HANSE_CO_TRY(const ContextFile file, co_await load_contexts(files, path));
  if (output == OutputFormat::json) {
    terminal.print(json::dump_pretty(to_json(file)) + "\n");
  } else if (output == OutputFormat::yaml) {
    terminal.print(contexts_text(file));
  } else if (output == OutputFormat::name) {
    for (const Context& context : file.contexts) terminal.print(context.name + "\n");
  } else if (file.contexts.empty()) {
    terminal.print_error(fmt::format("{} holds no context; add one with 'hanse context add'\n", path));
  } else {
    Table table{{"CURRENT", "NAME", "ENDPOINT", "TENANT", "WORKSPACE"}};
    for (const Context& context : file.contexts) {
      table.rows.push_back({context.name == file.current ? "*" : "", context.name, context.endpoint,
                            context.tenant.empty() ? "default" : context.tenant,
                            context.workspace.empty() ? "default" : context.workspace});
    }
    terminal.print(render(table));
  }
  co_return Status();
}

Task<Status> run_context_use(Files& files, Terminal& terminal, std::string path, ContextUseOptions options) {
  HANSE_CO_TRY(ContextFile file, co_await load_contexts(files, path));
  HANSE_CO_CHECK(choose_context(file, path, options.name));
  file.current = options.name;
  HANSE_CO_CHECK(co_await save_contexts(files, path, std::move(file)));
  terminal.print(fmt::format("context/{} is current\n", options.name));
  co_return Status();
}

Task<Status> run_context_add(Files& files, Terminal& terminal, std::string path, ContextAddOptions options) {
  HANSE_CO_TRY(ContextFile file, co_await load_contexts(files, path));
  Context context;
  context.name = options.name;
  context.endpoint = options.endpoint;
  context.ca_file = absolute_path(options.ca_file);
  context.token_file = absolute_path(options.token_file);
  context.tenant = options.tenant;
  context.workspace = options.workspace;
  HANSE_CO_CHECK(context_endpoint(context));
  put_context(file, std::move(context));
  if (options.use || file.current.empty()) file.current = options.name;
  HANSE_CO_CHECK(co_await save_contexts(files, path, std::move(file)));
  terminal.print(fmt::format("context/{} added\n", options.name));
  co_return Status();
}

}  // namespace hanse::cli
