#include "cli/show.h"

#include <boost/json.hpp>

#include "base/json.h"
#include "cli/columns.h"
#include "cli/json_lookup.h"
#include "cli/text.h"
#include "cli/yaml_text.h"

namespace hanse::cli {
namespace {

void show_for_programs(Session session, const json::Value& value) {
  session.terminal.print(session.output == OutputFormat::yaml ? yaml_text(value)
                                                              : json::dump_pretty(value) + "\n");
}

void show_table(Session session, const Kind& kind, const std::vector<json::Value>& items) {
  if (session.output == OutputFormat::name) {
    for (const json::Value& item : items) {
      session.terminal.print(
          fmt::format("{}/{}\n", kind.singular, printable(text_at(item, "/metadata/name"))));
    }
    return;
  }
  Table table{header_of(kind, session.output)};
  for (const json::Value& item : items) {
    table.rows.push_back(row_of(kind, item, session.output, session.clock.wall_now()));
  }
  session.terminal.print(render(table));
}

}  // namespace

void show_list(Session session, const Kind& kind, std::vector<json::Value> items) {
  if (is_for_programs(session.output)) {
    json::Object list;
    list["items"] = json::Array(items.begin(), items.end());
    show_for_programs(session, list);
  } else if (items.empty()) {
    session.terminal.print_error(fmt::format("there are no {} here\n", kind.plural));
  } else {
    show_table(session, kind, items);
  }
}

void show_one(Session session, const Kind& kind, const json::Value& item) {
  if (is_for_programs(session.output)) return show_for_programs(session, item);
  show_table(session, kind, {item});
  const std::string notice = moved_notice(item);
  if (!notice.empty()) session.terminal.print_error(notice);
}

void show_outcome(Session session, const Kind& kind, const json::Value& item, std::string_view outcome) {
  if (is_for_programs(session.output)) return show_for_programs(session, item);
  const std::string name = printable(text_at(item, "/metadata/name"));
  const std::string said = session.output == OutputFormat::name ? "" : fmt::format(" {}", outcome);
  session.terminal.print(fmt::format("{}/{}{}\n", kind.singular, name, said));
}

void show_document(Session session, const boost::json::value& document) {
  const bool yaml = session.output == OutputFormat::yaml;
  session.terminal.print(yaml ? yaml_text(document) : json::dump_pretty(document) + "\n");
}

std::string moved_notice(const json::Value& resource) {
  const std::string zone = printable(text_at(resource, "/status/movedTo"));
  if (zone.empty()) return "";
  return fmt::format("'{}' has moved to zone '{}'; ask there: use the context of that zone with --context\n",
                     printable(text_at(resource, "/metadata/name")), zone);
}

}  // namespace hanse::cli
