#include "testbed/topology.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <set>

#include "base/json_mapping.h"
#include "cli/yaml_document.h"
#include "federation/zone_digest.h"
#include "model/architecture.h"
#include "model/metadata.h"
#include "placement/carbon.h"
#include "placement/round_trip.h"
#include "testbed/wan/wan_options.h"

namespace hanse::testbed {

HANSE_DEFINE_JSON(Coordinates)
HANSE_DEFINE_JSON(HostTopology)
HANSE_DEFINE_JSON(ZoneTopology)
HANSE_DEFINE_JSON(LinkQuality)
HANSE_DEFINE_JSON(LinkTopology)
HANSE_DEFINE_JSON(Topology)

namespace {

constexpr std::int64_t kMaxVcpu = 1024;
constexpr std::int64_t kMaxMemoryMib = 16 << 20;
constexpr std::size_t kMaxText = 64;
constexpr double kMaxPrice = 10'000;  // as for zone.toml

// "/zones/0/memberState" -> "zones[0].memberState"
std::string field_path(std::string_view pointer) {
  std::string out;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view segment = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(segment.size());
    const bool index = !segment.empty() && segment.find_first_not_of("0123456789") == std::string_view::npos;
    if (index)
      out.append("[").append(segment).append("]");
    else
      out.append(out.empty() ? "" : ".").append(segment);
  }
  return out;
}

Status check_text(const std::string& text, const std::string& pointer, std::string_view example) {
  const bool printable =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
  if (!text.empty() && text.size() <= kMaxText && printable) return {};
  return fail_field(pointer, "must have 1 to {} printable characters; write for example {}", kMaxText,
                    example);
}

Status check_range(double value, double least, double most, const std::string& pointer) {
  if (value >= least && value <= most) return {};
  return fail_field(pointer, "must be between {} and {}, not {}", least, most, value);
}

Status check_host(const HostTopology& host, std::set<std::string>& names, const std::string& pointer) {
  HANSE_CHECK(model::check_name(host.name, pointer + "/name"));
  if (!names.insert(host.name).second)
    return fail_field(pointer + "/name", "'{}' is used twice; give each host its own name", host.name);
  if (!host.architecture.empty())
    HANSE_CHECK(model::check_architecture(host.architecture, pointer + "/architecture"));
  HANSE_CHECK(check_range(static_cast<double>(host.vcpu), 1, kMaxVcpu, pointer + "/vcpu"));
  return check_range(static_cast<double>(host.memory_mib), 64, kMaxMemoryMib, pointer + "/memoryMib");
}

// As the zone itself will check it, but before anything is started.
Status check_offer(const ZoneTopology& zone, const std::string& pointer) {
  if (zone.labels.size() > federation::kMaxDigestLabels)
    return fail_field(pointer + "/labels", "has {} labels; a zone has {} at most", zone.labels.size(),
                      federation::kMaxDigestLabels);
  for (std::size_t i = 0; i < zone.labels.size(); ++i)
    HANSE_CHECK(model::check_name(zone.labels[i], fmt::format("{}/labels/{}", pointer, i)));
  HANSE_CHECK(check_range(zone.price_per_vcpu_hour, 0, kMaxPrice, pointer + "/pricePerVcpuHour"));
  HANSE_CHECK(check_range(zone.price_per_gib_hour, 0, kMaxPrice, pointer + "/pricePerGibHour"));
  HANSE_CHECK(check_range(static_cast<double>(zone.carbon_grams_per_kwh), 0, placement::kMaxCarbonIntensity,
                          pointer + "/carbonGramsPerKwh"));
  if (zone.carbon_grams_per_kwh == 0 && zone.carbon_source.empty()) return {};
  return check_text(zone.carbon_source, pointer + "/carbonSource", "the meter of the site");
}

Status check_zone(const ZoneTopology& zone, std::set<std::string>& names, const std::string& pointer) {
  HANSE_CHECK(model::check_name(zone.name, pointer + "/name"));
  if (!names.insert(zone.name).second)
    return fail_field(pointer + "/name", "'{}' is used twice; give each zone its own name", zone.name);
  HANSE_CHECK(check_text(zone.provider, pointer + "/provider", "aurora"));
  HANSE_CHECK(check_text(zone.city, pointer + "/city", "Helsinki"));
  const std::string& state = zone.member_state;
  if (state.size() != 2 || !std::isupper(static_cast<unsigned char>(state[0])) ||
      !std::isupper(static_cast<unsigned char>(state[1])))
    return fail_field(pointer + "/memberState",
                      "must be a country code of two capital letters; write for example FI");
  const Coordinates at = zone.coordinates.value_or(Coordinates{});
  HANSE_CHECK(check_range(at.latitude, -90, 90, pointer + "/coordinates/latitude"));
  HANSE_CHECK(check_range(at.longitude, -180, 180, pointer + "/coordinates/longitude"));
  HANSE_CHECK(check_offer(zone, pointer));
  if (zone.hosts.size() > kMaxHostsPerZone)
    return fail_field(pointer + "/hosts", "has {} hosts; a zone has {} at most", zone.hosts.size(),
                      kMaxHostsPerZone);
  std::set<std::string> hosts;
  for (std::size_t i = 0; i < zone.hosts.size(); ++i)
    HANSE_CHECK(check_host(zone.hosts[i], hosts, fmt::format("{}/hosts/{}", pointer, i)));
  return {};
}

template <class Quality>
Status check_quality(const Quality& link, const std::string& pointer) {
  HANSE_CHECK(check_range(link.round_trip_ms.value_or(0), 0, 20'000, pointer + "/roundTripMs"));
  HANSE_CHECK(check_range(link.loss_percent.value_or(0), 0, 100, pointer + "/lossPercent"));
  HANSE_CHECK(
      check_range(link.jitter_ms.value_or(0), 0, link.round_trip_ms.value_or(0) / 2, pointer + "/jitterMs"));
  const double mbit = link.mbit.value_or(0);
  return mbit == 0 ? Status() : check_range(mbit, 0.001, 1'000'000, pointer + "/mbit");
}

Status check_links(const Topology& topology, const std::set<std::string>& zones) {
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t i = 0; i < topology.links.size(); ++i) {
    const LinkTopology& link = topology.links[i];
    const std::string pointer = fmt::format("/links/{}", i);
    if (link.between.size() != 2 || link.between[0] == link.between[1])
      return fail_field(pointer + "/between",
                        "must name two different zones; write for example [helsinki, lisbon]");
    for (std::size_t end = 0; end < 2; ++end)
      if (!zones.contains(link.between[end]))
        return fail_field(fmt::format("{}/between/{}", pointer, end),
                          "names the zone '{}', which is not in zones", link.between[end]);
    if (!seen.insert(std::minmax(link.between[0], link.between[1])).second)
      return fail_field(pointer + "/between", "names a pair that an earlier link has; remove one of the two");
    HANSE_CHECK(check_quality(link, pointer));
  }
  return {};
}

// "10.77.0.0/16": what the plan makes addresses of.
Status check_network(const std::string& network) {
  int first = -1;
  int second = -1;
  int end = 0;
  const bool read = std::sscanf(network.c_str(), "%3d.%3d.0.0/16%n", &first, &second, &end) == 2 &&
                    end == static_cast<int>(network.size());
  if (read && first >= 1 && first <= 223 && first != 127 && second >= 0 && second <= 255) return {};
  return fail_field("/network", "must be a private IPv4 network of the form 10.77.0.0/16, not '{}'", network);
}

Status check(const Topology& topology) {
  HANSE_CHECK(check_network(topology.network));
  if (topology.zones.empty() || topology.zones.size() > kMaxZones)
    return fail_field("/zones", "must be a list of 1 to {} zones", kMaxZones);
  std::set<std::string> names;
  for (std::size_t i = 0; i < topology.zones.size(); ++i)
    HANSE_CHECK(check_zone(topology.zones[i], names, fmt::format("/zones/{}", i)));
  HANSE_CHECK(check_quality(topology.default_link, "/defaultLink"));
  return check_links(topology, names);
}

tl::unexpected<Error> locate(const std::string& file, const cli::YamlDocument& document, const Error& fault) {
  const std::string pointer = fault.sources.empty() ? std::string() : fault.sources.front().pointer;
  const cli::Position at = cli::position_of(document, pointer);
  const std::string field = field_path(pointer);
  const bool names_it = field.empty() || fault.message.find(pointer) != std::string::npos;
  std::string message = fault.message;
  if (!field.empty() && names_it) message.replace(message.find(pointer), pointer.size(), field);
  return fail(Error{fault.code,
                    fmt::format("{}:{}:{}: {}{}{}", file, at.line, at.column, names_it ? "" : field,
                                names_it ? "" : " ", message),
                    fault.sources});
}

}  // namespace

Result<Topology> read_topology(const std::string& file, std::string_view text) {
  HANSE_TRY(const std::vector<cli::YamlDocument> documents, cli::read_yaml(file, text));
  if (documents.size() != 1)
    return fail(Code::invalid_argument,
                "{}:1:1: a topology is one document with zones and links, this file has {}", file,
                documents.size());
  Result<Topology> topology = json::from_json<Topology>(documents[0].value);
  if (!topology) return locate(file, documents[0], topology.error());
  if (const Status good = check(*topology); !good) return locate(file, documents[0], good.error());
  for (ZoneTopology& zone : topology->zones)
    if (zone.hosts.empty()) zone.hosts.push_back({.name = zone.name + "-1"});
  return topology;
}

std::optional<double> modelled_round_trip_ms(const ZoneTopology& one, const ZoneTopology& other) {
  if (!one.coordinates || !other.coordinates) return std::nullopt;
  const double kilometres =
      placement::great_circle_km({one.coordinates->latitude, one.coordinates->longitude},
                                 {other.coordinates->latitude, other.coordinates->longitude});
  return std::chrono::duration<double, std::milli>(placement::modelled_round_trip(kilometres)).count();
}

LinkQuality link_between(const Topology& topology, const ZoneTopology& one, const ZoneTopology& other) {
  LinkQuality quality = topology.default_link;
  for (const LinkTopology& link : topology.links)
    if ((link.between[0] == one.name && link.between[1] == other.name) ||
        (link.between[0] == other.name && link.between[1] == one.name))
      quality = {link.round_trip_ms, link.mbit, link.jitter_ms, link.loss_percent};
  if (!quality.round_trip_ms) quality.round_trip_ms = topology.default_link.round_trip_ms;
  if (!quality.round_trip_ms) quality.round_trip_ms = modelled_round_trip_ms(one, other);
  return quality;
}

}  // namespace hanse::testbed
