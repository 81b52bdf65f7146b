// hanse explain: why each replica of a workload is where it is, and what would have to change for one that is
// nowhere.
#include <boost/json.hpp>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/json_lookup.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/text.h"

namespace hanse::cli {
namespace {

// Of an array that may not be there.
std::span<const json::Value> items_at(const json::Value& value, std::string_view pointer) {
  const json::Value* found = find_at(value, pointer);
  if (found == nullptr || !found->is_array()) return {};
  return {found->get_array().data(), found->get_array().size()};
}

// "latency 28.1 ms to Berlin (modelled), below 20 ms is required; …"
std::string rejections_text(const json::Value& candidate) {
  std::string text;
  for (const json::Value& rejection : items_at(candidate, "/rejections")) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", text_at(rejection, "/constraint"),
                        text_at(rejection, "/reason"));
  }
  return text;
}

// "carbon 100 x 870 (57 g/kWh), …"
std::string scores_text(const json::Value& candidate) {
  std::string text;
  for (const json::Value& score : items_at(candidate, "/scores")) {
    text += fmt::format("{}{} {} x {} ({})", text.empty() ? "" : ", ", text_at(score, "/name"),
                        text_at(score, "/weight"), text_at(score, "/value"), text_at(score, "/text"));
  }
  return text;
}

std::string candidates_text(const json::Value& explanation, const std::string& what) {
  Table table{{what, "TOTAL", "WHY"}};
  for (const json::Value& candidate : items_at(explanation, "/candidates")) {
    const bool out = !items_at(candidate, "/rejections").empty();
    const std::string why = out ? rejections_text(candidate) : scores_text(candidate);
    table.rows.push_back({text_at(candidate, "/name"), out ? "out" : text_at(candidate, "/total"),
                          why.empty() ? "it qualifies" : why});
  }
  std::string text = printable(render(table, 2), true);
  if (const auto omitted = whole_at(explanation, "/omitted"); omitted > 0)
    text += fmt::format("  and {} more\n", omitted);
  return text;
}

std::string replica_text(const json::Value& replica) {
  const std::string zone = text_at(replica, "/zone");
  std::string text = fmt::format("{} {}\n", text_at(replica, "/instance"),
                                 zone.empty() ? "has no zone" : "is in zone " + zone);
  text += fmt::format("  now: {}\n", text_at(replica, "/zones/why"));
  for (const json::Value& relaxation : items_at(replica, "/zones/relaxations"))
    text += fmt::format("  {}\n", text_at(relaxation, "/text"));
  text = printable(text, true);
  text += candidates_text(*find_at(replica, "/zones"), "ZONE");
  if (const json::Value* hosts = find_at(replica, "/hosts"); hosts != nullptr) {
    text += printable(fmt::format("  host: {}\n", text_at(*hosts, "/why")), true);
    text += candidates_text(*hosts, "HOST");
  }
  return text;
}

}  // namespace

Task<Status> run_explain(Session session, ExplainOptions options) {
  HANSE_CO_TRY(const Kind* kind, find_kind("workload"));
  std::string path = item_path(*kind, session.place, options.workload);
  // The placement provider explains what the workload provider keeps.
  const std::string provider = fmt::format("/providers/{}/", kind->provider);
  path = "/providers/hanse.placement/" + path.substr(provider.size()) + "/explanation";
  HANSE_CO_TRY(const ApiAnswer answer, co_await session.api.call("GET", path));
  if (is_for_programs(session.output)) {
    show_document(session, answer.body);
  } else {
    bool first = true;
    for (const json::Value& replica : items_at(answer.body, "/replicas")) {
      if (find_at(replica, "/zones") == nullptr) continue;
      session.terminal.print((first ? "" : "\n") + replica_text(replica));
      first = false;
    }
    if (const auto omitted = whole_at(answer.body, "/omitted"); omitted > 0)
      session.terminal.print(fmt::format("\nand {} more replica{}\n", omitted, omitted == 1 ? "" : "s"));
  }
  co_return Status();
}

}  // namespace hanse::cli
