// The table of `hanse testbed status`.
#include <algorithm>
#include <utility>

#include "base/json_mapping.h"
#include "cli/table.h"
#include "testbed/status_report.h"

namespace hanse::testbed {
namespace {

std::string state_text(const ProcessReport& process, bool process_ids) {
  const std::string state = process.running ? "running" : process.pid == 0 ? "not started" : "ended";
  return process.running && process_ids ? fmt::format("{} (pid {})", state, process.pid) : state;
}

// What runs as it should needs no word.
std::string host_text(const ProcessReport& host, bool process_ids) {
  if (host.running && !process_ids) return host.name;
  return fmt::format("{} ({})", host.name,
                     host.running ? fmt::format("pid {}", host.pid) : state_text(host, false));
}

cli::Table zones_table(const StatusReport& report, bool process_ids) {
  cli::Table table{.header = {"ZONE", "PROVIDER", "CITY", "COUNTRY", "STATE", "HOSTS", "GUESTS", "ENDPOINT"}};
  for (const ZoneReport& zone : report.zones) {
    std::vector<std::string> hosts;
    for (const ProcessReport& host : zone.hosts) hosts.push_back(host_text(host, process_ids));
    table.rows.push_back({zone.name, zone.provider, zone.city, zone.member_state,
                          state_text(zone.zone, process_ids), fmt::format("{}", fmt::join(hosts, ", ")),
                          std::to_string(zone.guests), zone.endpoint});
  }
  return table;
}

std::string rate_text(double mbit) {
  return mbit == 0 ? "no limit" : fmt::format("{:g} Mbit/s", mbit);
}

std::int64_t dropped(const LinkReport& link) {
  return link.dropped_cut + link.dropped_loss + link.dropped_queue;
}

cli::Table links_table(const StatusReport& report) {
  cli::Table table{.header = {"LINK", "ROUND TRIP", "RATE", "LOSS", "SENT", "DROPPED"}};
  for (const LinkReport& link : report.links)
    table.rows.push_back({fmt::format("{} -> {}{}", link.from, link.to, link.cut ? " (cut)" : ""),
                          fmt::format("{:.4g} ms", link.delay_ms * 2), rate_text(link.mbit),
                          fmt::format("{:g} %", link.loss_percent),
                          fmt::format("{:.1f} MB", static_cast<double>(link.bytes) / 1e6),
                          std::to_string(dropped(link))});
  return table;
}

// "7 to 59 ms", or one figure where all are the same.
template <class Text>
std::string range_text(const std::vector<LinkReport>& links, double LinkReport::* figure, Text text) {
  const auto [least, most] =
      std::minmax_element(links.begin(), links.end(),
                          [&](const auto& one, const auto& other) { return one.*figure < other.*figure; });
  const std::string from = text((*least).*figure);
  const std::string to = text((*most).*figure);
  return from == to ? from : fmt::format("{} to {}", from, to);
}

std::string links_summary(const std::vector<LinkReport>& links) {
  std::int64_t bytes = 0;
  std::int64_t lost = 0;
  std::vector<std::string> cut;
  for (const LinkReport& link : links) {
    bytes += link.bytes;
    lost += dropped(link);
    if (link.cut) cut.push_back(fmt::format("{} -> {}", link.from, link.to));
  }
  const auto round_trip = [](double delay_ms) { return fmt::format("{:.1f} ms", delay_ms * 2); };
  std::string text =
      fmt::format("{} links: round trip {}, {}, {:.1f} MB sent, {} packets dropped\n", links.size() / 2,
                  range_text(links, &LinkReport::delay_ms, round_trip),
                  range_text(links, &LinkReport::mbit, rate_text), static_cast<double>(bytes) / 1e6, lost);
  if (!cut.empty()) text += fmt::format("cut: {}\n", fmt::join(cut, ", "));
  return text + "'hanse testbed status --links' shows each of them\n";
}

}  // namespace

std::string status_table(const StatusReport& report, StatusTableOptions options) {
  std::string text =
      fmt::format("testbed {}, {}, WAN {}\n\n", report.name,
                  json::mapping::write(report.phase).as_string().c_str(), state_text(report.wan, true));
  text += cli::render(zones_table(report, options.process_ids));
  if (options.each_link || (!report.links.empty() && report.links.size() <= kMaxShownLinks))
    text += "\n" + cli::render(links_table(report));
  else if (!report.links.empty())
    text += "\n" + links_summary(report.links);
  return text + fmt::format("\nHANSE_CONFIG={} lets hanse speak to its zones\n", report.contexts_file);
}

}  // namespace hanse::testbed
