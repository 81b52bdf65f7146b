#include "simulator/digests/digest_figures.h"

#include <fmt/format.h>

#include "simulator/digests/digest_net.h"

namespace hanse::simulator {
namespace {

constexpr Nanos kMinute = Seconds{60};
constexpr Nanos kProbed = Seconds{10};
constexpr std::size_t kCutPercent = 5;

double seconds(Nanos time) {
  return std::chrono::duration<double>(time).count();
}

double per_zone_second(std::uint64_t bytes, int zones, Nanos time) {
  return static_cast<double>(bytes) / zones / seconds(time);
}

void measure_idle(DigestFigures& figures, std::uint64_t seed) {
  DigestNet net({.seed = seed, .zones = figures.zones, .refresh = Nanos(0)});
  net.run_for(kMinute);
  figures.idle_bytes = per_zone_second(net.traffic().bytes, figures.zones, kMinute);
}

void measure_refresh(DigestFigures& figures, DigestNet& net) {
  net.run_for(kMinute / 2);  // until the spreading is in its stride
  net.forget_changes();
  const Traffic before = net.traffic();
  net.run_for(kMinute);
  const auto bytes = net.traffic().bytes - before.bytes;
  const auto handshakes = net.traffic().handshakes - before.handshakes;
  figures.refresh_bytes = per_zone_second(bytes, figures.zones, kMinute);
  constexpr double kHandshake = 4'500;
  figures.handshake_share = static_cast<double>(handshakes) * kHandshake / static_cast<double>(bytes);
  figures.changes = net.changes();
  const double extra = (figures.refresh_bytes - figures.idle_bytes) * seconds(kMinute);
  figures.bytes_per_change = extra / static_cast<double>(figures.changes);
  net.run_for(kSpreadBudget);
  figures.late = net.missing(kSpreadBudget);
  const std::vector<Nanos> times = net.spread_times();
  if (times.empty()) return;
  figures.spread_median = times[times.size() / 2];
  figures.spread_worst = times.back();
}

void measure_cut(DigestFigures& figures, DigestNet& net) {
  figures.cut_zones = static_cast<std::size_t>(figures.zones) * kCutPercent / 100;
  net.cut(figures.cut_zones);
  net.forget_changes();
  net.run_for(kMinute);
  const std::vector<Nanos> times = net.spread_times();
  if (!times.empty()) figures.cut_spread_worst = times.back();
  net.set_refresh(Nanos(0));
  net.heal();
  constexpr Nanos kLook = Millis{500};
  constexpr Nanos kPatience = Seconds{300};
  while (!net.converged() && figures.caught_up_after < kPatience) {
    net.run_for(kLook);
    figures.caught_up_after += kLook;
  }
}

void measure_probes(DigestFigures& figures, DigestNet& net) {
  net.start_probes();
  net.run_for(kProbed);
  figures.probe_bytes = per_zone_second(net.traffic().probe_bytes, figures.zones, kProbed);
}

}  // namespace

DigestFigures measure_digests(int zones, std::uint64_t seed) {
  DigestFigures figures{.zones = zones};
  measure_idle(figures, seed);
  DigestNet net({.seed = seed, .zones = zones});
  measure_refresh(figures, net);
  measure_cut(figures, net);
  measure_probes(figures, net);
  return figures;
}

std::string to_json_line(const DigestFigures& figures) {
  return fmt::format(
      R"({{"zones":{},"changes":{},"spread_median_s":{:.2f},"spread_worst_s":{:.2f},"late":{},)"
      R"("idle_bytes":{:.0f},"refresh_bytes":{:.0f},"bytes_per_change":{:.0f},"handshake_share":{:.3f},)"
      R"("probe_bytes":{:.0f},"cut_zones":{},"cut_spread_worst_s":{:.2f},"caught_up_after_s":{:.1f}}})",
      figures.zones, figures.changes, seconds(figures.spread_median), seconds(figures.spread_worst),
      figures.late, figures.idle_bytes, figures.refresh_bytes, figures.bytes_per_change,
      figures.handshake_share, figures.probe_bytes, figures.cut_zones, seconds(figures.cut_spread_worst),
      seconds(figures.caught_up_after));
}

}  // namespace hanse::simulator
