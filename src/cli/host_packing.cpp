// hanse host packing: how well the zone's instances are packed onto its hosts, with the proof, and what moves
// would do.
#include <boost/json.hpp>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/json_lookup.h"
#include "cli/table.h"
#include "cli/text.h"
#include "cli/yaml_text.h"

namespace hanse::cli {
namespace {

constexpr char kPath[] = "/providers/hanse.placement/v1/packing";

std::string counted(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string proof_text(const json::Value& report) {
  std::string text = counted(whole_at(report, "/atLeast"), "host") + ", proved";
  if (const std::int64_t left_out = whole_at(report, "/leftOut"); left_out > 0)
    text += fmt::format("; {} not counted", counted(left_out, "instance"));
  return text;
}

// "1.24"; nothing is needed in an empty zone.
std::string ratio_text(const json::Value& report) {
  const json::Value* ratio = find_at(report, "/ratio");
  if (ratio == nullptr || !ratio->is_number()) return "-";
  return fmt::format("{:.2f}", ratio->to_number<double>());
}

std::string moves_text(const json::Value& report, std::size_t moves) {
  if (moves == 0)
    return fmt::format("none that would empty a host, of at most {}", whole_at(report, "/budget"));
  return fmt::format("{} of at most {}, which would leave {} open", moves, whole_at(report, "/budget"),
                     whole_at(report, "/openAfter"));
}

std::string report_text(const json::Value& report) {
  Table moves{{"INSTANCE", "FROM", "TO"}};
  if (const json::Value* planned = find_at(report, "/moves"); planned != nullptr && planned->is_array()) {
    for (const json::Value& move : planned->get_array()) {
      moves.rows.push_back({fmt::format("{}/{}/{}", text_at(move, "/tenant"), text_at(move, "/workspace"),
                                        text_at(move, "/instance")),
                            text_at(move, "/from"), text_at(move, "/to")});
    }
  }
  const Table summary{
      {"open", fmt::format("{} of {} hosts, with {}", whole_at(report, "/openHosts"),
                           whole_at(report, "/hosts"), counted(whole_at(report, "/instances"), "instance"))},
      {{"needed at least", proof_text(report)},
       {"ratio", ratio_text(report)},
       {"moves", moves_text(report, moves.rows.size())}}};
  std::string text = render(summary);
  if (!moves.rows.empty()) text += "\n" + render(moves);
  return printable(text, true);
}

}  // namespace

Task<Status> run_host_packing(Session session, HostPackingOptions options) {
  const std::string query = options.budget > 0 ? fmt::format("?budget={}", options.budget) : "";
  HANSE_CO_TRY(const ApiAnswer answer, co_await session.api.call("GET", kPath + query));
  if (session.output == OutputFormat::yaml) {
    session.terminal.print(yaml_text(answer.body));
  } else if (is_for_programs(session.output)) {
    session.terminal.print(json::dump_pretty(answer.body) + "\n");
  } else {
    session.terminal.print(report_text(answer.body));
  }
  co_return Status();
}

}  // namespace hanse::cli
