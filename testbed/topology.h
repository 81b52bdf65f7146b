// A testbed's topology: zones with their hosts, and the links between them, read from a YAML file.
//
// Pure. Failure: invalid_argument; the message is "<file>:<line>:<column>: <field> <reason>; <next step>".
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hanse::testbed {

struct Coordinates {
  double latitude = 0;
  double longitude = 0;
  bool operator==(const Coordinates&) const = default;
};
BOOST_DESCRIBE_STRUCT(Coordinates, (), (latitude, longitude))
HANSE_DECLARE_JSON(Coordinates);

struct HostTopology {
  std::string name;
  std::int64_t vcpu = 4;
  std::int64_t memory_mib = 4096;
  std::string architecture;  // of its guests; empty: this machine's own
  bool operator==(const HostTopology&) const = default;
};
BOOST_DESCRIBE_STRUCT(HostTopology, (), (name, vcpu, memory_mib, architecture))
HANSE_DECLARE_JSON(HostTopology);

struct ZoneTopology {
  std::string name;
  std::string provider;
  std::string member_state;  // "FI"
  std::string city;
  std::optional<Coordinates> coordinates;
  // What it says of itself to the others, as in zone.toml; nothing of it needs to be said.
  std::vector<std::string> labels;
  double price_per_vcpu_hour = 0;
  double price_per_gib_hour = 0;
  std::int64_t carbon_grams_per_kwh = 0;
  std::string carbon_source;
  std::vector<HostTopology> hosts;
  bool operator==(const ZoneTopology&) const = default;
};
BOOST_DESCRIBE_STRUCT(ZoneTopology, (),
                      (name, provider, member_state, city, coordinates, labels, price_per_vcpu_hour,
                       price_per_gib_hour, carbon_grams_per_kwh, carbon_source, hosts))
HANSE_DECLARE_JSON(ZoneTopology);

// What a link is like; all of it may be left out, which is a link without limits.
struct LinkQuality {
  std::optional<double> round_trip_ms;
  std::optional<double> mbit;
  std::optional<double> jitter_ms;
  std::optional<double> loss_percent;
  bool operator==(const LinkQuality&) const = default;
};
BOOST_DESCRIBE_STRUCT(LinkQuality, (), (round_trip_ms, mbit, jitter_ms, loss_percent))
HANSE_DECLARE_JSON(LinkQuality);

struct LinkTopology {
  std::vector<std::string> between;
  std::optional<double> round_trip_ms;
  std::optional<double> mbit;
  std::optional<double> jitter_ms;
  std::optional<double> loss_percent;
  bool operator==(const LinkTopology&) const = default;
};
BOOST_DESCRIBE_STRUCT(LinkTopology, (), (between, round_trip_ms, mbit, jitter_ms, loss_percent))
HANSE_DECLARE_JSON(LinkTopology);

struct Topology {
  std::string network = "10.77.0.0/16";  // the WAN's addresses; zone n is at .n.1, this machine at .0.1
  LinkQuality default_link;              // of the pairs that `links` does not name
  std::vector<ZoneTopology> zones;
  std::vector<LinkTopology> links;
  bool operator==(const Topology&) const = default;
};
BOOST_DESCRIBE_STRUCT(Topology, (), (network, default_link, zones, links))
HANSE_DECLARE_JSON(Topology);

inline constexpr std::size_t kMaxZones = 32;
inline constexpr std::size_t kMaxHostsPerZone = 8;

// `file` is for messages. The zones' hosts are at least one each in the result.
Result<Topology> read_topology(const std::string& file, std::string_view text);

// The round trip that placement models for the distance of two zones; nothing when one has no coordinates.
std::optional<double> modelled_round_trip_ms(const ZoneTopology& one, const ZoneTopology& other);

// The link of a pair, its own or the default one. Where neither says the round trip, it is the modelled one.
LinkQuality link_between(const Topology& topology, const ZoneTopology& one, const ZoneTopology& other);

}  // namespace hanse::testbed
