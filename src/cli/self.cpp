#include "cli/self.h"

#include <boost/json.hpp>
#include <fmt/ranges.h>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/json_lookup.h"
#include "cli/table.h"
#include "cli/text.h"
#include "cli/yaml_text.h"

namespace hanse::cli {
namespace {

// "a,b", or what stands for an empty list.
std::string names_at(const json::Value& value, std::string_view pointer, std::string_view none) {
  std::vector<std::string> names;
  const json::Value* listed = find_at(value, pointer);
  if (listed != nullptr && listed->is_array()) {
    for (const json::Value& one : listed->get_array()) names.push_back(printable(text_at(one, "")));
  }
  return names.empty() ? std::string(none) : fmt::format("{}", fmt::join(names, ","));
}

Table grants_table(const json::Value& self) {
  Table table{{"ROLE", "TENANTS", "WORKSPACES", "ZONES", "ASSIGNMENT"}};
  const json::Value* grants = find_at(self, "/grants");
  if (grants == nullptr || !grants->is_array()) return table;
  for (const json::Value& grant : grants->get_array()) {
    table.rows.push_back({printable(text_at(grant, "/role")), names_at(grant, "/tenants", "*"),
                          names_at(grant, "/workspaces", "*"), names_at(grant, "/regions", "*"),
                          printable(text_at(grant, "/assignment"))});
  }
  return table;
}

std::string head_of(const json::Value& self, WallTime now) {
  std::string text = printable(text_at(self, "/subject"));
  const std::string issuer = printable(text_at(self, "/issuer"));
  if (!issuer.empty()) text += fmt::format(", by {}", issuer);
  const std::string expires = text_at(self, "/expiresAt");
  const auto end = parse_rfc3339(expires);
  text += end ? fmt::format(", until {} ({})", expires, age_text(*end - now)) : ", without end";
  return text + "\n";
}

}  // namespace

void show_self(Terminal& terminal, OutputFormat output, const json::Value& self, WallTime now) {
  if (output == OutputFormat::json) return terminal.print(json::dump_pretty(self) + "\n");
  if (output == OutputFormat::yaml) return terminal.print(yaml_text(self));
  if (output == OutputFormat::name) return terminal.print(printable(text_at(self, "/subject")) + "\n");
  terminal.print(head_of(self, now));
  const std::string groups = names_at(self, "/groups", "");
  if (!groups.empty()) terminal.print(fmt::format("groups: {}\n", groups));
  const Table grants = grants_table(self);
  if (text_at(self, "/administrator") == "true")
    terminal.print("the administrator: may do everything\n");
  else if (grants.rows.empty())
    terminal.print("may do nothing yet: ask the administrator for a role assignment\n");
  else
    terminal.print(render(grants));
}

Task<Status> run_whoami(Session session) {
  HANSE_CO_TRY(const ApiAnswer answer, co_await session.api.call("GET", kSelfPath));
  show_self(session.terminal, session.output, answer.body, session.clock.wall_now());
  co_return Status();
}

}  // namespace hanse::cli
