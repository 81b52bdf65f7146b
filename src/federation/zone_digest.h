// ZoneDigest: what a zone says of itself to the federation, the body of a record of kind digest: how much
// more it could run of each flavour and at what price, where it is, what it carries, and how far its peers
// are. Placement in other zones sees this and nothing else of it.
//
// Pure. Failure: invalid_argument that names the field.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/units.h"

namespace hanse::federation {

inline constexpr std::size_t kMaxOfferedFlavours = 64;
inline constexpr std::size_t kMaxDigestLabels = 64;
inline constexpr std::size_t kMaxHardwareNames = 96;
inline constexpr std::size_t kMaxHardwareName = 64;
// The nearest ones; a record has a bound.
inline constexpr std::size_t kMaxRoundTrips = 64;

struct FlavourOffer {
  std::string name;
  VcpuCount vcpu;
  MiB memory_mib;
  std::string architecture;
  std::int64_t fits = 0;                  // that many more
  std::optional<MicroEuroPerHour> price;  // of one for an hour
  bool operator==(const FlavourOffer&) const = default;
};
BOOST_DESCRIBE_STRUCT(FlavourOffer, (), (name, vcpu, memory_mib, architecture, fits, price))
HANSE_DECLARE_JSON(FlavourOffer);

struct CarbonFigure {
  GramsPerKwh grams_per_kwh;
  std::string source;  // "Electricity Maps, yearly average 2024"
  bool operator==(const CarbonFigure&) const = default;
};
BOOST_DESCRIBE_STRUCT(CarbonFigure, (), (grams_per_kwh, source))
HANSE_DECLARE_JSON(CarbonFigure);

struct RoundTripFigure {
  std::string zone;
  std::int64_t micros = 0;  // measured, the least of the last few
  bool operator==(const RoundTripFigure&) const = default;
};
BOOST_DESCRIBE_STRUCT(RoundTripFigure, (), (zone, micros))
HANSE_DECLARE_JSON(RoundTripFigure);

struct ZoneDigest {
  std::string zone;
  std::string issued_at;  // RFC 3339
  std::string provider;
  std::string city;
  std::string member_state;
  std::optional<double> latitude;  // with longitude, or neither
  std::optional<double> longitude;
  std::vector<std::string> labels;  // certifications and the like
  std::vector<FlavourOffer> flavours;
  std::optional<CarbonFigure> carbon;
  std::vector<RoundTripFigure> round_trips;
  std::vector<std::string> cpu_models;  // that at least one of its hosts can give a guest; empty: not said
  std::vector<std::string> machine_types;
  bool operator==(const ZoneDigest&) const = default;
};
BOOST_DESCRIBE_STRUCT(ZoneDigest, (),
                      (zone, issued_at, provider, city, member_state, latitude, longitude, labels, flavours,
                       carbon, round_trips, cpu_models, machine_types))
HANSE_DECLARE_JSON(ZoneDigest);

// The digest in a record's body, checked.
Result<ZoneDigest> read_digest(const std::string& owner, const std::string& body);

}  // namespace hanse::federation
