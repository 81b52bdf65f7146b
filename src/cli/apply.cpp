// hanse apply: everything is read and checked before the first request.
#include <boost/json.hpp>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/manifest_files.h"
#include "cli/yaml_text.h"

namespace hanse::cli {

Task<Status> run_apply(Session session, ApplyOptions options) {
  constexpr int kCreated = 201;
  HANSE_CO_TRY(std::vector<ManifestDocument> documents, co_await read_manifest_files(session, options.files));
  json::Array applied;
  for (const ManifestDocument& document : documents) {
    Result<ApiAnswer> answer = co_await session.api.call(
        "PUT", item_path(*document.kind, document.place, document.name), document.resource);
    if (!answer) co_return fail(locate(document, answer.error()));
    if (session.output == OutputFormat::name) {
      session.terminal.print(fmt::format("{}/{}\n", document.kind->singular, document.name));
    } else if (!is_for_programs(session.output)) {
      session.terminal.print(fmt::format("{}/{} {}\n", document.kind->singular, document.name,
                                         answer->status == kCreated ? "created" : "configured"));
    }
    applied.push_back(std::move(answer->body));
  }
  json::Object result;
  result["items"] = std::move(applied);
  if (session.output == OutputFormat::json) session.terminal.print(json::dump_pretty(result) + "\n");
  if (session.output == OutputFormat::yaml) session.terminal.print(yaml_text(result));
  co_return Status();
}

}  // namespace hanse::cli
