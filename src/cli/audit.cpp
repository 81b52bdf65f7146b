// hanse audit ls, audit head: what the audit log of a zone says.
#include <algorithm>
#include <boost/json.hpp>
#include <deque>
#include <fmt/format.h>

#include "base/json.h"
#include "cli/audit_pages.h"
#include "cli/commands.h"
#include "cli/json_lookup.h"
#include "cli/resuming_watch.h"
#include "cli/table.h"
#include "cli/text.h"
#include "cli/yaml_text.h"

namespace hanse::cli {
namespace {

std::vector<std::string> header_of_audit(OutputFormat format) {
  std::vector<std::string> header{"RECORD", "TIME", "CALLER", "METHOD", "RESOURCE", "STATUS", "REVISION"};
  if (format == OutputFormat::wide) header.insert(header.end(), {"ADDRESS", "ISSUER", "REQUEST", "PATH"});
  return header;
}

// A number that is 0 when there is none.
std::string number_cell(const json::Value& record, std::string_view pointer) {
  const std::int64_t number = whole_at(record, pointer);
  return number == 0 ? "" : std::to_string(number);
}

std::string resource_cell(const json::Value& record) {
  std::string resource = text_at(record, "/resource");
  if (const std::int64_t pruned = whole_at(record, "/pruned/sequence"); pruned > 0)
    resource += fmt::format(" up to {}", pruned);
  if (const std::int64_t more = whole_at(record, "/unrecorded"); more > 0)
    resource += fmt::format(" (and {} refusals more)", more);
  return resource;
}

std::vector<std::string> row_of_audit(const json::Value& record, OutputFormat format) {
  const std::string name = text_at(record, "/caller/name");
  const std::string kind = text_at(record, "/caller/kind");
  std::vector<std::string> row{
      text_at(record, "/sequence"),    text_at(record, "/time"), name.empty() ? kind : kind + " " + name,
      text_at(record, "/method"),      resource_cell(record),    number_cell(record, "/status"),
      number_cell(record, "/revision")};
  if (format == OutputFormat::wide) {
    for (const char* pointer : {"/caller/address", "/caller/issuer", "/requestId", "/path"})
      row.push_back(text_at(record, pointer));
  }
  for (std::string& cell : row) cell = printable(cell);
  return row;
}

void show_entry(Session session, const json::Value& value) {
  session.terminal.print(session.output == OutputFormat::yaml ? yaml_text(value)
                                                              : json::dump_pretty(value) + "\n");
}

void show_records(Session session, const std::deque<json::Value>& records) {
  if (is_for_programs(session.output)) {
    show_entry(session, json::Object{{"items", json::Array(records.begin(), records.end())}});
  } else if (session.output == OutputFormat::name) {
    for (const json::Value& record : records) session.terminal.print(text_at(record, "/sequence") + "\n");
  } else if (records.empty()) {
    session.terminal.print_error("there are no such records in the audit log\n");
  } else {
    Table table{header_of_audit(session.output)};
    for (const json::Value& record : records) table.rows.push_back(row_of_audit(record, session.output));
    session.terminal.print(render(table));
  }
}

void show_record(Session session, const json::Value& record, const std::vector<std::size_t>& widths) {
  if (session.output == OutputFormat::yaml)
    session.terminal.print("---\n" + yaml_text(record));
  else if (session.output == OutputFormat::json)
    session.terminal.print(json::dump(record) + "\n");
  else if (session.output == OutputFormat::name)
    session.terminal.print(text_at(record, "/sequence") + "\n");
  else
    session.terminal.print(render_row(row_of_audit(record, session.output), widths));
}

// "2h" before now, or a time.
Result<std::string> since_text(const Session& session, const std::string& since) {
  if (parse_rfc3339(since)) return since;
  const auto age = parse_duration(since);
  if (age) return to_rfc3339(session.clock.wall_now() - *age);
  return fail(Code::invalid_argument,
              "--since must be an age like 90m, 24h or 7d, or a time like "
              "2026-03-01T12:00:00Z");
}

Result<std::string> query_of(const Session& session, const AuditListOptions& options) {
  std::string query;
  const auto add = [&query](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    query += fmt::format("{}{}={}", query.empty() ? "" : "&", name, percent_encode(value));
  };
  add("subject", options.subject);
  add("resource", options.resource);
  if (!options.since.empty()) {
    HANSE_TRY(const std::string since, since_text(session, options.since));
    add("since", since);
  }
  return query;
}

// Behind which the last records are.
Task<Result<std::int64_t>> place_before_last(Session session, std::int64_t last) {
  HANSE_CO_TRY(const ApiAnswer head, co_await session.api.call("GET", fmt::format("{}/head", kAuditPath)));
  co_return std::max<std::int64_t>(0, whole_at(head.body, "/sequence") - last);
}

Task<Status> watch_records(Session session, std::string query, std::int64_t after) {
  std::string path = fmt::format("{}?watch=true", kAuditPath);
  if (!query.empty()) path += "&" + query;
  if (after > 0) path += fmt::format("&skipToken={}", after);
  // As wide as most: the records come one by one.
  Table sample{header_of_audit(session.output),
               {{"1000000", "2026-01-01T00:00:00.000Z", "user somebody", "DELETE",
                 "instances/default/default/web-1", "", ""}}};
  const std::vector<std::size_t> widths = column_widths(sample);
  if (!is_for_programs(session.output) && session.output != OutputFormat::name)
    session.terminal.print(render_row(sample.header, widths));
  ResumingWatch watch(session, std::move(path));
  while (true) {
    HANSE_CO_TRY(const WatchEvent change, co_await watch.next());
    if (change.event == "put") show_record(session, change.data, widths);
  }
}

}  // namespace

Task<Status> run_audit_list(Session session, AuditListOptions options) {
  HANSE_CO_TRY(const std::string query, query_of(session, options));
  std::int64_t after = 0;
  // What a filter chooses may be anywhere.
  if (options.last > 0 && query.empty()) {
    HANSE_CO_TRY(after, co_await place_before_last(session, options.last));
  }
  if (options.watch) co_return co_await watch_records(session, query, after);
  std::deque<json::Value> records;
  const auto most = static_cast<std::size_t>(options.last > 0 ? options.last : kMaxListed);
  const TakeAuditRecord take = [&records, most,
                                all = options.last == 0](const json::Value& record) -> Status {
    if (all && records.size() == most) {
      return fail(Code::resource_exhausted,
                  "there are more than {} such records; choose with --since or "
                  "--resource",
                  most);
    }
    records.push_back(record);
    if (records.size() > most) records.pop_front();
    return {};
  };
  HANSE_CO_CHECK(co_await read_audit(session.api, query, after, take));
  show_records(session, records);
  co_return Status();
}

Task<Status> run_audit_head(Session session) {
  HANSE_CO_TRY(const ApiAnswer head, co_await session.api.call("GET", fmt::format("{}/head", kAuditPath)));
  if (is_for_programs(session.output)) {
    show_entry(session, head.body);
    co_return Status();
  }
  for (const auto& [name, pointer] : {std::pair{"zone", "/zone"},
                                      {"record", "/sequence"},
                                      {"hash", "/hash"},
                                      {"time", "/time"},
                                      {"key", "/identityKey"},
                                      {"signature", "/signature"}})
    session.terminal.print(fmt::format("{:<10} {}\n", name, printable(text_at(head.body, pointer))));
  co_return Status();
}

}  // namespace hanse::cli
