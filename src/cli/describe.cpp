// hanse describe: one resource for people, with its conditions and events.
#include <boost/json.hpp>
#include <sstream>

#include "base/json.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/json_lookup.h"
#include "cli/next_step.h"
#include "cli/show.h"
#include "cli/text.h"
#include "cli/yaml_text.h"

namespace hanse::cli {
namespace {

bool is_nothing(const json::Value& value) {
  if (value.is_object()) return value.get_object().empty();
  if (value.is_array()) return value.get_array().empty();
  return value.is_null() || (value.is_string() && value.get_string().empty());
}

// Without what says nothing.
json::Value without_nothing(const json::Value& value) {
  if (value.is_array()) {
    json::Array out;
    for (const json::Value& element : value.get_array()) out.push_back(without_nothing(element));
    return out;
  }
  if (!value.is_object()) return value;
  json::Object out;
  for (const auto& member : value.get_object()) {
    json::Value kept = without_nothing(member.value());
    if (!is_nothing(kept)) out.emplace(member.key(), std::move(kept));
  }
  return out;
}

std::string section(std::string_view title, json::Value value) {
  if (value.is_object()) value.get_object().erase("conditions");
  const json::Value kept = without_nothing(value);
  if (is_nothing(kept)) return "";
  std::string out = fmt::format("{}:\n", title);
  std::istringstream lines(yaml_text(kept));
  for (std::string line; std::getline(lines, line);)
    out += line.empty() ? "\n" : "  " + printable(line) + "\n";
  return out;
}

void append_field(std::string& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out += fmt::format("{:<12} {}\n", fmt::format("{}:", name), printable(text));
}

// Of an instance that is to be what it was in a snapshot.
std::string restore_text(const json::Value& resource) {
  const std::string uid = text_at(resource, "/status/restore/snapshot");
  const json::Value* snapshots = find_at(resource, "/status/snapshots");
  if (uid.empty() || snapshots == nullptr || !snapshots->is_array()) return "";
  std::string name;
  for (const json::Value& snapshot : snapshots->get_array()) {
    if (text_at(snapshot, "/uid") == uid) name = text_at(snapshot, "/name");
  }
  const std::string reason = text_at(resource, "/status/restore/reason");
  const bool begun = text_at(resource, "/status/restore/begun") == "true";
  const bool cancelled = text_at(resource, "/status/restore/cancelled") == "true";
  return fmt::format("to snapshot '{}', {}{}{}", name,
                     begun ? "its disks are being overwritten" : "nothing is overwritten yet",
                     cancelled ? ", being cancelled" : "", reason.empty() ? "" : "; it waits: " + reason);
}

std::string head_of(const Kind& kind, const json::Value& resource, WallTime now) {
  std::string out;
  append_field(out, "Name", text_at(resource, "/metadata/name"));
  append_field(out, "Kind", std::string(kind.singular));
  append_field(out, "Tenant", text_at(resource, "/metadata/tenant"));
  append_field(out, "Workspace", text_at(resource, "/metadata/workspace"));
  append_field(out, "Zone", text_at(resource, "/metadata/region"));
  append_field(out, "Moved to", text_at(resource, "/status/movedTo"));
  append_field(out, "Uid", text_at(resource, "/metadata/uid"));
  append_field(out, "Version", text_at(resource, "/metadata/resourceVersion"));
  const std::string created = text_at(resource, "/metadata/createdAt");
  const auto time = parse_rfc3339(created);
  append_field(out, "Created", time ? fmt::format("{} ({} ago)", created, age_text(now - *time)) : created);
  append_field(out, "Restore", restore_text(resource));
  if (kind.name == "Transfer") append_field(out, "Next", next_step(resource));
  append_field(out, "Deleted", text_at(resource, "/metadata/deletedAt"));
  return out;
}

json::Value field_of(const json::Value& resource, std::string_view pointer) {
  const json::Value* found = find_at(resource, pointer);
  return found == nullptr ? json::Value() : *found;
}

std::string table_section(std::string_view title, const Table& table) {
  return table.rows.empty() ? "" : fmt::format("{}:\n{}", title, render(table, 2));
}

}  // namespace

Task<Status> run_describe(Session session, DescribeOptions options) {
  HANSE_CO_TRY(const Kind* kind, find_kind(options.kind));
  HANSE_CO_TRY(const Kind* events, find_kind("events"));
  HANSE_CO_TRY(const ApiAnswer answer,
               co_await session.api.call("GET", item_path(*kind, session.place, options.name)));
  if (is_for_programs(session.output)) {
    show_one(session, *kind, answer.body);
    co_return Status();
  }
  const auto listed = co_await list_all(session.api, collection_path(*events, session.place),
                                        event_query(*kind, session.place, options.name));
  // Who may see a resource need not be one who may see events.
  if (!listed && listed.error().code != Code::permission_denied) co_return fail(listed.error());
  const WallTime now = session.clock.wall_now();
  std::string out = head_of(*kind, answer.body, now);
  out += section("Labels", field_of(answer.body, "/labels"));
  out += section("Annotations", field_of(answer.body, "/annotations"));
  out += section("Spec", field_of(answer.body, "/spec"));
  out += section("Status", field_of(answer.body, "/status"));
  out += table_section("Conditions", conditions_table(answer.body, now));
  Table table{header_of(*events, OutputFormat::table)};
  for (const json::Value& event : listed.value_or(std::vector<json::Value>{})) {
    table.rows.push_back(row_of(*events, event, OutputFormat::table, now));
  }
  out += table_section("Events", table);
  session.terminal.print(out);
  const std::string notice = moved_notice(answer.body);
  if (!notice.empty()) session.terminal.print_error(notice);
  co_return Status();
}

}  // namespace hanse::cli
