#include "testbed/wan/control_request.h"

#include <boost/json.hpp>

namespace hanse::testbed {
namespace {

std::vector<LinkReport> report_links(const WanSwitch& wan) {
  std::vector<LinkReport> reports;
  const std::vector<std::string>& names = wan.port_names();
  for (std::size_t from = 0; from < names.size(); ++from) {
    for (std::size_t to = 0; to < names.size(); ++to) {
      if (from == to) continue;
      const LinkParameters& link = wan.link(from, to);
      const LinkStatistics& counted = wan.statistics(from, to);
      reports.push_back({.from = names[from],
                         .to = names[to],
                         .delay_ms = static_cast<double>(link.delay.count()) / 1e6,
                         .jitter_ms = static_cast<double>(link.jitter.count()) / 1e6,
                         .mbit = static_cast<double>(link.bits_per_second) / 1e6,
                         .loss_percent = link.loss * 100,
                         .cut = link.cut,
                         .frames = counted.frames,
                         .bytes = counted.bytes,
                         .dropped_cut = counted.dropped_cut,
                         .dropped_loss = counted.dropped_loss,
                         .dropped_queue = counted.dropped_queue});
    }
  }
  return reports;
}

Result<ControlAnswer> perform(WanSwitch& wan, const std::string& line) {
  HANSE_TRY(const json::Value request, json::parse(line));
  const json::Value* statistics =
      request.is_object() ? request.get_object().if_contains("statistics") : nullptr;
  if (statistics != nullptr && *statistics == json::Value(true)) return ControlAnswer{"", report_links(wan)};
  HANSE_TRY(const LinkChange change, json::from_json<LinkChange>(request));
  HANSE_CHECK(change_link(wan, change));
  return ControlAnswer{};
}

}  // namespace

Status change_link(WanSwitch& wan, const LinkChange& change) {
  if (change.pair.size() != 2 || change.pair[0] == change.pair[1])
    return fail_field("/pair", "pair must name two different zones");
  HANSE_TRY(const std::size_t from, wan.port_of(change.pair[0]));
  HANSE_TRY(const std::size_t to, wan.port_of(change.pair[1]));
  HANSE_TRY(const LinkParameters parameters, apply(wan.link(from, to), change));
  wan.set_link(from, to, parameters);
  return {};
}

std::string answer_control_line(WanSwitch& wan, const std::string& line) {
  const Result<ControlAnswer> answer = perform(wan, line);
  return json::dump(to_json(answer ? *answer : ControlAnswer{answer.error().message, {}}));
}

}  // namespace hanse::testbed
