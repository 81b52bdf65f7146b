// hanse get: a list, one resource, or a stream of changes.
#include <boost/json.hpp>

#include "base/json.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/json_lookup.h"
#include "cli/resuming_watch.h"
#include "cli/show.h"
#include "cli/text.h"
#include "cli/yaml_text.h"

namespace hanse::cli {
namespace {

// Shows the changes as they come: what was there first as one table, then a row for each change; for programs
// one JSON text a line, or one YAML document each.
class ChangePrinter {
 public:
  ChangePrinter(Session session, const Kind& kind) : session_(session), kind_(kind) {
    table_.header = header_of(kind, session.output);
  }

  void take(const WatchEvent& change) {
    if (change.event == "synced") return finish_listing();
    if (change.event != "put" && change.event != "delete") return;
    if (is_for_programs(session_.output)) {
      json::Object line;
      line["event"] = change.event;
      line["object"] = change.data;
      session_.terminal.print(session_.output == OutputFormat::yaml ? "---\n" + yaml_text(line)
                                                                    : json::dump(line) + "\n");
    } else if (change.event == "delete") {
      session_.terminal.print(fmt::format("{} deleted\n", printable(text_at(change.data, "/name"))));
    } else if (session_.output == OutputFormat::name) {
      session_.terminal.print(
          fmt::format("{}/{}\n", kind_.singular, printable(text_at(change.data, "/metadata/name"))));
    } else {
      show_row(row_of(kind_, change.data, session_.output, session_.clock.wall_now()));
    }
  }

 private:
  void show_row(std::vector<std::string> row) {
    if (listed_) return session_.terminal.print(render_row(row, widths_));
    table_.rows.push_back(std::move(row));
  }
  void finish_listing() {
    if (std::exchange(listed_, true)) return;
    widths_ = column_widths(table_);
    if (!is_for_programs(session_.output) && session_.output != OutputFormat::name)
      session_.terminal.print(render(table_));
    table_.rows.clear();
  }

  Session session_;
  const Kind& kind_;
  Table table_;
  std::vector<std::size_t> widths_;
  bool listed_ = false;
};

Task<Status> watch_changes(Session session, const Kind* kind, std::string path) {
  ResumingWatch watch(session, path);
  ChangePrinter printer(session, *kind);
  while (true) {
    HANSE_CO_TRY(const WatchEvent change, co_await watch.next());
    printer.take(change);
  }
}

std::string query_text(const std::string& selector) {
  return selector.empty() ? "" : "labels=" + percent_encode(selector);
}

}  // namespace

Task<Status> run_get(Session session, GetOptions options) {
  HANSE_CO_TRY(const Kind* kind, find_kind(options.kind));
  if (!options.name.empty() && !options.selector.empty()) {
    co_return fail(Code::invalid_argument, "a name and a selector exclude each other; give one of the two");
  }
  const std::string path = options.name.empty() ? collection_path(*kind, session.place)
                                                : item_path(*kind, session.place, options.name);
  const std::string query = query_text(options.selector);
  if (options.watch) {
    co_return co_await watch_changes(session, kind,
                                     path + "?watch=true" + (query.empty() ? "" : "&" + query));
  }
  if (options.name.empty()) {
    HANSE_CO_TRY(std::vector<json::Value> items, co_await list_all(session.api, path, query));
    show_list(session, *kind, std::move(items));
    co_return Status();
  }
  HANSE_CO_TRY(const ApiAnswer answer, co_await session.api.call("GET", path));
  show_one(session, *kind, answer.body);
  co_return Status();
}

Task<Status> run_events(Session session, EventsOptions options) {
  HANSE_CO_TRY(const Kind* events, find_kind("events"));
  std::string query;
  if (!options.kind.empty()) {
    HANSE_CO_TRY(const Kind* kind, find_kind(options.kind));
    query = event_query(*kind, session.place, options.name);
  }
  const std::string path = collection_path(*events, session.place);
  if (options.watch) {
    co_return co_await watch_changes(session, events,
                                     path + "?watch=true" + (query.empty() ? "" : "&" + query));
  }
  HANSE_CO_TRY(std::vector<json::Value> items, co_await list_all(session.api, path, query));
  show_list(session, *events, std::move(items));
  co_return Status();
}

}  // namespace hanse::cli
